variable "region" {
  default = "eu-west-3"
}

variable "missing" {
  type = string
}

variable "token" {
  default   = "hush"
  sensitive = true
}

variable "sizes" {
  type = map(object({ cpu = number, tags = optional(list(string)) }))
  default = {
    small = { cpu = 1 }
    large = { cpu = 4, tags = ["x"] }
  }
}

locals {
  names  = ["web", "api"]
  greet  = "hello ${var.region}"
  lines  = "one\ntwo\n"
  output = terraform_data.one.output
  login  = { user = "ana", token = var.token }
}

resource "terraform_data" "one" {
  input = local.greet
}

resource "terraform_data" "many" {
  count = 2
  input = count.index
}

resource "terraform_data" "each" {
  for_each = toset(["x", "y"])
  input    = { key = each.key }
}

module "single" {
  source = "./module"
  name   = var.region
}

module "several" {
  source   = "./module"
  for_each = toset(local.names)
  name     = each.key
}
