# What the controller's token needs: consul acl policy create -name canary-controller -rules @policy.hcl
service "shop" {
  policy     = "write"
  intentions = "read"
}
service_prefix "" { policy = "read" }
node_prefix "" { policy = "read" }
