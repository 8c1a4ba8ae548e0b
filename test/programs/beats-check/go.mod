module lgtm-operator.io/beats-check

go 1.26.7

require github.com/elastic/go-ucfg v0.8.8

require gopkg.in/yaml.v2 v2.2.8 // indirect
