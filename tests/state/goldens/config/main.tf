variable "password" {
  default   = "hunter2"
  sensitive = true
}

resource "terraform_data" "counted" {
  count = 2
  input = { n = count.index, password = var.password, list = [1, null, 1.5, 12345678901234567890123] }
}

resource "terraform_data" "each" {
  for_each         = toset(["x", "y"])
  input            = each.key
  triggers_replace = [each.key]
  depends_on       = [terraform_data.counted]
  lifecycle {
    create_before_destroy = true
  }
}

resource "terraform_data" "secret" {
  input = var.password
}

resource "terraform_data" "deep" {
  input = [{ "k" = tomap({ "a.b" = var.password }) }, toset([var.password])]
}

resource "terraform_data" "set" {
  input = toset(["b", "a"])
}

resource "terraform_data" "empty" {}

module "m" {
  for_each = toset(["eu"])
  source   = "./m"
  v        = terraform_data.counted[0].id
}

output "set" {
  value = toset(["q"])
}

output "number" {
  value = 1.5
}

output "password" {
  value     = var.password
  sensitive = true
}

output "nothing" {
  value = null
}

output "object" {
  value = { a = 1, b = tolist([true]) }
}

check "set" {
  assert {
    condition     = length(terraform_data.set.output) == 3
    error_message = "There are ${length(terraform_data.set.output)}."
  }
}
