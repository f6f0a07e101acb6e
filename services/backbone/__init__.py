"""What every service stands on: Kafka, configuration, telemetry, the life of a process."""
