variable "a" {
 type = object({a=string, b=optional(number,5), c=optional(list(object({x=optional(string,"d"),y=optional(number)})),[]), d=optional(object({z=optional(bool,true)}),{}), e=optional(any,1)})
 default = {a=1, c=[{},{x="q",y="2"},{x=null}], zz=1}
}
variable "b" {
 type = map(object({x=optional(number,1), y=optional(string)}))
 default = {k={}, l={x=2,y=3}, m={y=null,x=null}}
}
variable "c" {
 type = list(object({x=optional(number,1)}))
 default = [{},{x=3}]
}
variable "d" {
 type = set(object({x=optional(number,1)}))
 default = [{},{x=3},{x=1}]
}
variable "e" {
 type = tuple([object({x=optional(number,1)}), string])
 default = [{}, "a"]
}
variable "f" {
 type = object({a=optional(object({b=optional(string,"q")}))})
 default = {}
}
variable "g" {
 type = list(any)
 default = [1,"a",null]
}
variable "h" {
 type = map(any)
 default = {a=[1],b=["x"]}
}
variable "i" {
 type = object({a=any,b=list(any)})
 default = {a={x=1},b=[]}
}
variable "j" {
 type = list(object({a=optional(any,"x"), b=optional(list(string),["p"])}))
 default = [{a=1},{b=null}]
}
variable "k" {
 type = set(string)
 default = ["b","a","b"]
}
variable "l" {
 type = map(list(any))
 default = {a=[1,"2"],b=[]}
}
variable "m" {
 type = list(list(any))
 default = [[1],["a"]]
}
variable "n" {
 type = object({a=optional(map(string),{x="y"})})
 default = {a=null}
}
