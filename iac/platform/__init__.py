"""The platform: the inventory of clusters, environments and services that the configuration manages."""
