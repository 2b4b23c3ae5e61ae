variable "company" {
  type        = string
  description = "The name that everything begins with."
  default     = "acme"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,20}$", var.company))
    error_message = "The company's name has small letters, digits and dashes, and begins with a letter."
  }
}

variable "stage" {
  type        = string
  description = "Which stage these files are applied for."
}

variable "environments" {
  description = "The environments by name."

  type = map(object({
    cluster      = string
    mode         = optional(string, "DEVELOPMENT")
    office_hours = optional(bool, false)
    variables    = optional(map(string), {})
  }))

  validation {
    condition     = alltrue([for e in values(var.environments) : contains(["production", "staging"], e.cluster)])
    error_message = "An environment runs on the cluster \"production\" or \"staging\"."
  }
}

variable "office_routes" {
  description = "Routes of the production cluster to the offices, by description."
  default     = {}

  type = map(object({
    destination = string
    target      = string
  }))
}

variable "production_max_nodes" {
  type    = number
  default = 20
}

variable "domains" {
  type    = list(string)
  default = ["shop.example.com"]
}

variable "shop_version" {
  type    = string
  default = "1.0.0"
}

variable "payment_api_key" {
  type      = string
  sensitive = true
}
