stage        = "staging"
shop_version = "1.5.0-rc1"

environments = {
  staging = {
    cluster = "staging"
    mode    = "STAGING"
  }
  preview = {
    cluster      = "staging"
    mode         = "PREVIEW"
    office_hours = true
    variables    = { LOG_LEVEL = "debug" }
  }
}
