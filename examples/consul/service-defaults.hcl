# Consul divides http, http2 and grpc only: consul config write service-defaults.hcl
Kind     = "service-defaults"
Name     = "shop"
Protocol = "http"
