# A web application: its database, the application itself, and a nightly job.

resource "iac_service" "database" {
  name           = "${var.name}-database"
  environment_id = var.environment_id
  cpu            = 1000
  memory         = 2048

  database {
    type          = "POSTGRESQL"
    version       = "16"
    mode          = "MANAGED"
    accessibility = "PRIVATE"
    storage       = 50
  }
}

resource "iac_service" "app" {
  name           = var.name
  environment_id = var.environment_id
  min_instances  = min(2, var.max_instances)
  max_instances  = var.max_instances
  custom_domains = var.domains

  container {
    image = var.image
    tag   = var.image_tag
  }

  port {
    name                = "web"
    internal_port       = 8080
    external_port       = 443
    publicly_accessible = true
  }

  port {
    name          = "metrics"
    internal_port = 9090
  }

  healthcheck {
    readiness {
      path = "/ready"
      port = 8080
    }
  }

  environment_variables = {
    DATABASE_HOST = iac_service.database.host
    DATABASE_USER = iac_service.database.login
  }

  secrets = {
    DATABASE_PASSWORD = iac_service.database.password
    API_KEY           = var.api_key
  }
}

resource "iac_service" "nightly" {
  count = var.nightly_job ? 1 : 0

  name           = "${var.name}-nightly"
  environment_id = var.environment_id

  job {
    image                = var.image
    tag                  = var.image_tag
    schedule             = "30 2 * * *"
    command              = ["report", "--all"]
    max_duration_seconds = 1800
  }

  depends_on = [iac_service.app]
}
