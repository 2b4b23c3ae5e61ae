output "hosts" {
  value = concat([iac_service.app.internal_host], iac_service.app.external_hosts)
}

output "database_password" {
  value     = iac_service.database.password
  sensitive = true
}
