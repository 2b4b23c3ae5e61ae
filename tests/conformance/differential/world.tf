# What generated expressions can refer to. References by kind are listed in `generate.py`.

terraform {
  required_providers {
    terraform = { source = "terraform.io/builtin/terraform" }
  }
}

variable "count_of" {
  type    = number
  default = 3
}

variable "ratio" {
  type    = string
  default = 0.25
}

variable "name" {
  type    = string
  default = "zoe\u0308 👩‍👩‍👧 1"
}

variable "flag" {
  type    = bool
  default = "true"
}

variable "names" {
  type    = list(string)
  default = ["b", "a", "a", 1]
}

variable "numbers" {
  type    = list(number)
  default = [10, 9.5, -2]
}

variable "unique" {
  type    = set(string)
  default = ["z", "B", "a", "a"]
}

variable "sizes" {
  type    = set(number)
  default = [10, 9, 2]
}

variable "tags" {
  type    = map(string)
  default = { b = "2", a = "x", "c d" = "" }
}

variable "limits" {
  type    = map(number)
  default = { cpu = 0.5, memory = 512 }
}

variable "pair" {
  type    = tuple([string, number, bool])
  default = [1, "2", "false"]
}

variable "server" {
  type = object({
    name  = string
    port  = optional(number, 80)
    tags  = optional(map(string))
    place = optional(object({ zone = optional(string, "z1"), rack = number }), { rack = 2 })
  })
  default = { name = "web", extra = true }
}

variable "servers" {
  type = list(object({
    name = string
    port = optional(number)
    tags = optional(set(string), ["x"])
  }))
  default = [{ name = "one", port = 1 }, { name = "two", tags = [] }]
}

variable "by_name" {
  type = map(object({
    port = optional(number, 443)
    on   = optional(bool)
  }))
  default = { a = { port = 1 }, b = { on = true }, c = {} }
}

variable "anything" {
  type    = any
  default = [1, "a", { b = null }, [true]]
}

variable "mixed_list" {
  type    = list(any)
  default = [1, "a", true]
}

variable "nothing" {
  type    = string
  default = null
}

variable "no_list" {
  type    = list(string)
  default = null
}

variable "no_object" {
  type    = object({ name = string })
  default = null
}

variable "empty_list" {
  type    = list(number)
  default = []
}

variable "empty_map" {
  type    = map(object({ a = string }))
  default = {}
}

variable "matrix" {
  type    = list(list(number))
  default = [[1, 2], [], [3]]
}

variable "secret" {
  type      = string
  default   = "hush"
  sensitive = true
}

variable "secret_map" {
  type      = map(string)
  default   = { user = "u", password = "p" }
  sensitive = true
}

locals {
  object   = { a = 1, b = "two", c = null, d = [1, "x"], e = { f = true } }
  tuple    = [1, "a", null, { b = 2 }, []]
  partly   = { open = "o", shut = sensitive("s"), deep = [1, sensitive(2)] }
  tpl      = "Hi $${name}, %%{ if n > 1 }many%%{ else }one%%{ endif }"
  big      = 123456789012345678901234567890.125
  later    = tostring(terraform_data.text.output)
  laters   = split(",", local.later)
  count_of = tonumber(terraform_data.number.output)
  decided  = tobool(terraform_data.flag.output)
  unknowns = [terraform_data.text.output, "k", terraform_data.number.output]
}

resource "terraform_data" "text" {
  input = "tbd"
}

resource "terraform_data" "number" {
  input = 5
}

resource "terraform_data" "flag" {
  input = true
}

resource "terraform_data" "list" {
  input = tolist(["a", "b"])
}

resource "terraform_data" "set" {
  input = toset(["a", "b"])
}

resource "terraform_data" "map" {
  input = tomap({ a = "x", b = "y" })
}

resource "terraform_data" "object" {
  input = { a = 1, b = ["x"] }
}
