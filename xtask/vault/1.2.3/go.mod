module vault-plugin.test/vault

go 1.16

require github.com/hashicorp/vault v1.2.3
