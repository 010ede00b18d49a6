"""CoopTer: the shared life of employer groupings, territorial clusters and cooperatives."""
