variable "name" {
  type = string
}

variable "environment_id" {
  type = string
}

variable "image" {
  type = string
}

variable "image_tag" {
  type = string
}

variable "domains" {
  type    = set(string)
  default = []
}

variable "max_instances" {
  type    = number
  default = 2
}

variable "nightly_job" {
  type    = bool
  default = true
}

variable "api_key" {
  type      = string
  sensitive = true
}
