variable "a" {
 type = object({a=number, b=list(number), c=map(object({x=number}))})
 default = {a="x", b=["y"], c={k={x="q"}}}
}
variable "b" {
 type = object({b=list(number)})
 default = {b=["1","y"]}
}
variable "c" {
 type = map(object({x=number}))
 default = {k={x="q"}}
}
variable "d" {
 type = object({a=number,b=string})
 default = {}
}
variable "e" {
 type = list(string)
 default = [1, {}]
}
variable "f" {
 type = list(object({a=string}))
 default = [{a=[]}]
}
variable "g" {
 type = map(list(string))
 default = {x="a"}
}
variable "h" {
 type = list(any)
 default = [1, {}]
}
variable "i" {
 type = object({l=list(any)})
 default = {l=[1, {}]}
}
variable "j" {
 type = tuple([string,number])
 default = ["a"]
}
variable "k" {
 type = bool
 default = "True"
}
variable "l" {
 type = set(number)
 default = ["1","1.0","x"]
}
variable "m" {
 type = strin
}
variable "n" {
 type = list
}
variable "o" {
 type = list(string, number)
}
variable "p" {
 type = object({a=optional(string, []), b=optional()})
}
variable "q" {
 type = "string"
}
variable "r" {
 type = optional(string)
}
variable "s" {
 type = object
}
variable "t" {
 type = list()
}
variable "u" {
 type = foo(string)
}
variable "v" {
 type = string(1)
}
variable "w" {
 type = object([string])
}
variable "x" {
 type = tuple(string)
}
variable "y" {
 type = "list"
}
variable "z" {
 type = 5
}
variable "aa" {
 type = object({a=optional(string,1,2), b=optional(number,var.x), (c)=string})
}
variable "ab" {
 type = object({"a"=string})
}
variable "ac" {
 type = "map"
}
variable "ad" {
 type = "foo"
}
variable "ae" {
 type = map(string(1))
}
variable "af" {
 type = tuple([])
}
variable "ag" {
 type = object({a=optional(list)})
}
