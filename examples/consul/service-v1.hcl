# One instance of version 1, with its sidecar: consul services register service-v1.hcl. The sidecar has the Meta of its service, by which versions are told apart.
service {
  name = "shop"
  id   = "shop-v1-1"
  port = 9001
  meta = { version = "v1" }
  check {
    http     = "http://127.0.0.1:9001/healthz"
    interval = "5s"
  }
  connect { sidecar_service {} }
}
