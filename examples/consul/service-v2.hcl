# One instance of version 2. It gets no request before the rollout begins: stable's subset is pinned as soon as the Rollout is there.
service {
  name = "shop"
  id   = "shop-v2-1"
  port = 9002
  meta = { version = "v2" }
  check {
    http     = "http://127.0.0.1:9002/healthz"
    interval = "5s"
  }
  connect { sidecar_service {} }
}
