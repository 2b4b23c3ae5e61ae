# __generated__ by Terraform from "ID"
resource "iac_cluster" "list" {
  cloud_provider  = "GCP"
  description     = jsonencode([])
  disk_size       = 40
  instance_type   = "E2_STANDARD_2"
  kubeconfig      = null # sensitive
  kubernetes_mode = "MANAGED"
  max_nodes       = 10
  min_nodes       = 3
  name            = "list"
  production      = false
  region          = "europe-west9"
}

# __generated__ by Terraform from "ID"
resource "iac_cluster" "main" {
  cloud_provider  = "AWS"
  description     = "two\nlines $${x} %%{y} \"q\" é\t\u0001 \\"
  disk_size       = 40
  instance_type   = "T3A_LARGE"
  kubeconfig      = null # sensitive
  kubernetes_mode = "MANAGED"
  max_nodes       = 10
  min_nodes       = 3
  name            = "main"
  production      = false
  region          = "eu-west-3"
  features {
    spot_enabled = false
    static_ip    = true
    vpc_subnet   = "10.0.0.0/16"
  }
  route {
    description = "d"
    destination = "10.0.0.0/16"
    target      = "pcx-1"
  }
  route {
    description = null
    destination = "10.1.0.0/16"
    target      = "pcx-2"
  }
}

# __generated__ by Terraform from "ID"
resource "iac_cluster" "number" {
  cloud_provider  = "GCP"
  description     = "123"
  disk_size       = 40
  instance_type   = "E2_STANDARD_2"
  kubeconfig      = null # sensitive
  kubernetes_mode = "MANAGED"
  max_nodes       = 10
  min_nodes       = 3
  name            = "number"
  production      = false
  region          = "europe-west9"
}

# __generated__ by Terraform from "ID"
resource "iac_cluster" "text" {
  cloud_provider = "GCP"
  description = jsonencode({
    a = [1, 2.5, null, true]
    b = {
      "1"   = ""
      "c d" = "x$${y}"
    }
    e = []
    f = {}
    g = [{
      a = 1
    }]
    h = [[], [1]]
  })
  disk_size       = 40
  instance_type   = "E2_STANDARD_2"
  kubeconfig      = null # sensitive
  kubernetes_mode = "MANAGED"
  max_nodes       = 10
  min_nodes       = 3
  name            = "text"
  production      = false
  region          = "europe-west9"
}

# __generated__ by Terraform from "ID"
resource "iac_environment" "staging" {
  cluster_id = "ID"
  environment_variables = {
    A     = "1"
    B_C_d = "x$${y}"
    J     = "[1,2]"
    M     = "a\nb\n"
  }
  mode    = "DEVELOPMENT"
  name    = "staging"
  secrets = null # sensitive
  deployment_rule {
    auto_start = true
    auto_stop  = true
    days       = []
    start_time = "08:00"
    stop_time  = "19:00"
    timezone   = "UTC"
  }
}

# __generated__ by Terraform from "ID"
resource "iac_service" "api" {
  auto_deploy           = true
  cpu                   = 500
  custom_domains        = ["a.example.com", "b.example.com"]
  environment_id        = "ID"
  environment_variables = null
  max_instances         = 1
  memory                = 512
  min_instances         = 1
  name                  = "api"
  secrets               = null # sensitive
  container {
    image    = "shop/s"
    registry = "docker.io"
    tag      = "latest"
  }
  healthcheck {
    liveness {
      command               = ["a", "b"]
      failure_threshold     = 3
      initial_delay_seconds = 30
      path                  = "/"
      period_seconds        = 10
      port                  = null
      success_threshold     = 1
      timeout_seconds       = 1
      type                  = "EXEC"
    }
  }
  port {
    external_port       = null
    internal_port       = 80
    name                = null
    protocol            = "HTTP"
    publicly_accessible = false
  }
  port {
    external_port       = null
    internal_port       = 81
    name                = "x"
    protocol            = "HTTP"
    publicly_accessible = false
  }
  storage {
    mount_point = "/data"
    size        = 3
    type        = "FAST_SSD"
  }
}

# __generated__ by Terraform from "ID"
resource "iac_service" "db" {
  auto_deploy           = true
  cpu                   = 500
  custom_domains        = null
  environment_id        = "ID"
  environment_variables = null
  max_instances         = 1
  memory                = 512
  min_instances         = 1
  name                  = "db"
  secrets               = null # sensitive
  database {
    accessibility = "PRIVATE"
    mode          = "CONTAINER"
    storage       = 10
    type          = "REDIS"
    version       = "7"
  }
}

# __generated__ by Terraform from "ID"
resource "iac_service" "helm" {
  auto_deploy           = true
  cpu                   = 500
  custom_domains        = null
  environment_id        = "ID"
  environment_variables = null
  max_instances         = 1
  memory                = 512
  min_instances         = 1
  name                  = "helm"
  secrets               = null # sensitive
  helm {
    chart      = "c"
    repository = "https://charts.example.com/y"
    values     = "a: 1\n  b: \"2\"\n\n"
    version    = "1"
  }
}

