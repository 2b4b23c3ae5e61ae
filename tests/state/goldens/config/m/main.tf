variable "v" {}
resource "terraform_data" "q" { input = var.v }
