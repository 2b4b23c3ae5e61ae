resource "iac_cluster" "main" {
  name           = "main"
  cloud_provider = "AWS"
  region         = "eu-west-3"
  description    = "two\nlines $${x} %%{y} \"q\" é\t\u0001 \\"
  route {
    destination = "10.0.0.0/16"
    target      = "pcx-1"
    description = "d"
  }
  route {
    destination = "10.1.0.0/16"
    target      = "pcx-2"
  }
  features {
    static_ip = true
  }
}
resource "iac_cluster" "text" {
  name           = "text"
  cloud_provider = "GCP"
  region         = "europe-west9"
  description = jsonencode({
    a = [1, 2.5, null, true], b = { "c d" = "x$${y}", "1" = "" }, e = [], f = {}, g = [{ a = 1 }], h = [[], [1]]
  })
}
resource "iac_cluster" "list" {
  name           = "list"
  cloud_provider = "GCP"
  region         = "europe-west9"
  description    = "[]"
}
resource "iac_cluster" "number" {
  name           = "number"
  cloud_provider = "GCP"
  region         = "europe-west9"
  description    = "123"
}
resource "iac_environment" "staging" {
  cluster_id            = iac_cluster.main.id
  name                  = "staging"
  environment_variables = { A = "1", B_C_d = "x$${y}", J = "[1,2]", M = "a\nb\n" }
  deployment_rule {
    days = []
  }
}
resource "iac_service" "api" {
  environment_id = iac_environment.staging.id
  name           = "api"
  custom_domains = ["a.example.com", "b.example.com"]
  container {
    image = "shop/s"
  }
  port {
    internal_port = 80
  }
  port {
    internal_port = 81
    name          = "x"
  }
  healthcheck {
    liveness {
      command = ["a", "b"]
      type    = "EXEC"
    }
  }
  storage {
    mount_point = "/data"
    size        = 3
  }
}
resource "iac_service" "db" {
  environment_id = iac_environment.staging.id
  name           = "db"
  database {
    type    = "REDIS"
    version = "7"
  }
}
resource "iac_service" "helm" {
  environment_id = iac_environment.staging.id
  name           = "helm"
  helm {
    chart      = "c"
    version    = "1"
    repository = "https://charts.example.com/y"
    values     = "a: 1\n  b: \"2\"\n\n"
  }
}
