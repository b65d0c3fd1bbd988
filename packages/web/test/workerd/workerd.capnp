using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    ( name = "main",
      worker = (
        modules = [
          (name = "worker.mjs", esModule = embed "worker.mjs"),
          (name = "scenarios.mjs", esModule = embed "scenarios.mjs")
        ],
        compatibilityDate = "2026-07-01"
      )
    ),
    (name = "internet", network = (allow = ["public", "private", "local"]))
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")]
);
