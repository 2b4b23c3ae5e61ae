stage                = "production"
shop_version         = "1.4.2"
production_max_nodes = 40

environments = {
  production = {
    cluster   = "production"
    mode      = "PRODUCTION"
    variables = { LOG_LEVEL = "warning" }
  }
  staging = {
    cluster = "staging"
    mode    = "STAGING"
  }
}

office_routes = {
  paris = {
    destination = "10.20.0.0/16"
    target      = "vpn-paris"
  }
}
