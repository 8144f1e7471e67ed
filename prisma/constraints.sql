-- What Prisma's schema language cannot say.
ALTER TABLE "Run" ADD CONSTRAINT "Run_number_positive" CHECK ("number" >= 1);
ALTER TABLE "Run" ADD CONSTRAINT "Run_progress_not_negative" CHECK ("step" >= 0 AND "samples" >= 0);
ALTER TABLE "Attempt" ADD CONSTRAINT "Attempt_epoch_positive" CHECK ("number" >= 1 AND "epoch" >= 1);
ALTER TABLE "Lease" ADD CONSTRAINT "Lease_epoch_positive" CHECK ("epoch" >= 1);
ALTER TABLE "Metric" ADD CONSTRAINT "Metric_step_not_negative" CHECK ("step" >= 0 AND "samples" >= 0);
ALTER TABLE "Job" ADD CONSTRAINT "Job_gpus_positive" CHECK ("gpus" >= 1);

-- One live attempt a run, whatever the writers do.
CREATE UNIQUE INDEX "Attempt_one_live_a_run" ON "Attempt" ("runId") WHERE "state" IN ('starting', 'running', 'ending');
