output "clusters" {
  description = "The endpoint of each cluster."
  value       = { for name, cluster in iac_cluster.main : name => cluster.endpoint }
}

output "shop_hosts" {
  description = "Where the shop answers in each environment."
  value       = { for name, shop in module.shop : name => shop.hosts }
}

output "shop_database_passwords" {
  value     = { for name, shop in module.shop : name => shop.database_password }
  sensitive = true
}
