# A company's platform: clusters in two regions, an environment for each entry of a map, and the same web
# application in each of them.

terraform {
  required_version = ">= 1.5"

  required_providers {
    iac = {
      source = "iac/iac"
    }
  }
}

locals {
  regions = {
    production = "eu-west-3"
    staging    = "eu-central-1"
  }

  clusters = {
    for name, region in local.regions : name => {
      region     = region
      production = name == "production"
      max_nodes  = name == "production" ? var.production_max_nodes : 5
    }
  }

  # What every service is told about where it runs.
  common_variables = {
    COMPANY = var.company
    STAGE   = var.stage
  }
}

resource "iac_cluster" "main" {
  for_each = local.clusters

  name           = "${var.company}-${each.key}"
  description    = "The ${each.key} cluster"
  cloud_provider = "AWS"
  region         = each.value.region
  production     = each.value.production
  min_nodes      = 3
  max_nodes      = each.value.max_nodes

  dynamic "route" {
    for_each = each.value.production ? var.office_routes : {}

    content {
      description = route.key
      destination = route.value.destination
      target      = route.value.target
    }
  }
}

resource "iac_environment" "main" {
  for_each = var.environments

  name       = each.key
  cluster_id = iac_cluster.main[each.value.cluster].id
  mode       = each.value.mode

  environment_variables = merge(local.common_variables, each.value.variables)

  dynamic "deployment_rule" {
    for_each = each.value.office_hours ? [1] : []

    content {
      auto_start = true
      auto_stop  = true
      start_time = "07:30"
      stop_time  = "20:00"
      days       = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY"]
      timezone   = "Europe/Paris"
    }
  }

  lifecycle {
    precondition {
      condition     = each.value.mode != "PRODUCTION" || each.value.cluster == "production"
      error_message = "The environment ${each.key} is for production, so it belongs on the production cluster."
    }
  }
}

module "shop" {
  source   = "./modules/web_app"
  for_each = var.environments

  name           = "shop"
  environment_id = iac_environment.main[each.key].id
  image          = "registry.example.com/shop"
  image_tag      = var.shop_version
  domains        = [for domain in var.domains : "${each.key}.${domain}"]
  max_instances  = each.value.mode == "PRODUCTION" ? 8 : 2
  api_key        = var.payment_api_key
}

module "search" {
  source = "./modules/web_app"
  count  = contains(keys(var.environments), "production") ? 1 : 0

  name           = "search"
  environment_id = iac_environment.main["production"].id
  image          = "registry.example.com/search"
  image_tag      = "2.0.1"
  api_key        = var.payment_api_key
  nightly_job    = false
}
