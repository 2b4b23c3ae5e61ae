# One cluster, one environment, two services.

resource "iac_cluster" "main" {
  name           = "main"
  cloud_provider = "AWS"
  region         = "eu-west-3"
}

resource "iac_environment" "staging" {
  name       = "staging"
  cluster_id = iac_cluster.main.id
  mode       = "STAGING"
}

resource "iac_service" "database" {
  name           = "database"
  environment_id = iac_environment.staging.id

  database {
    type    = "POSTGRESQL"
    version = "16"
  }
}

resource "iac_service" "api" {
  name           = "api"
  environment_id = iac_environment.staging.id

  container {
    image = "registry.example.com/api"
    tag   = "1.4.2"
  }

  port {
    internal_port = 8080
  }

  environment_variables = {
    DATABASE_HOST = iac_service.database.host
  }
}
