-- CreateEnum
CREATE TYPE "RequestState" AS ENUM ('queued', 'running', 'paused', 'done', 'failed', 'cancelled');

-- AlterTable
ALTER TABLE "Executor" ADD COLUMN     "kind" TEXT NOT NULL DEFAULT 'tuning';

-- CreateTable
CREATE TABLE "Deployment" (
    "jobId" TEXT NOT NULL,
    "imageModel" TEXT,
    "videoModel" TEXT,
    "gpuIds" TEXT[],
    "policy" TEXT NOT NULL DEFAULT 'alto',
    "settings" JSONB NOT NULL DEFAULT '{}',
    "abilities" JSONB,
    "probe" JSONB,
    "switchMs" DOUBLE PRECISION NOT NULL DEFAULT 0,
    "resumeMs" DOUBLE PRECISION NOT NULL DEFAULT 0,
    "figures" JSONB NOT NULL DEFAULT '{}',
    "webhookSecret" TEXT NOT NULL,

    CONSTRAINT "Deployment_pkey" PRIMARY KEY ("jobId")
);

-- CreateTable
CREATE TABLE "ProfileEntry" (
    "deploymentId" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "width" INTEGER NOT NULL,
    "height" INTEGER NOT NULL,
    "frames" INTEGER NOT NULL,
    "batch" INTEGER NOT NULL,
    "sp" INTEGER NOT NULL,
    "stepMs" DOUBLE PRECISION,
    "encodeMs" DOUBLE PRECISION,
    "decodeMs" DOUBLE PRECISION,
    "steps" INTEGER NOT NULL DEFAULT 0,
    "encodes" INTEGER NOT NULL DEFAULT 0,
    "decodes" INTEGER NOT NULL DEFAULT 0,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "ProfileEntry_pkey" PRIMARY KEY ("deploymentId","kind","width","height","frames","batch","sp")
);

-- CreateTable
CREATE TABLE "Request" (
    "id" TEXT NOT NULL,
    "deploymentId" TEXT NOT NULL,
    "projectId" TEXT NOT NULL,
    "createdById" TEXT,
    "groupId" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "prompt" TEXT NOT NULL,
    "width" INTEGER NOT NULL,
    "height" INTEGER NOT NULL,
    "frames" INTEGER NOT NULL,
    "steps" INTEGER NOT NULL,
    "seed" INTEGER NOT NULL,
    "state" "RequestState" NOT NULL DEFAULT 'queued',
    "stage" TEXT NOT NULL DEFAULT 'encode',
    "stepsDone" INTEGER NOT NULL DEFAULT 0,
    "weight" DOUBLE PRECISION NOT NULL DEFAULT 1,
    "deadlineAt" TIMESTAMPTZ(3) NOT NULL,
    "quote" JSONB,
    "gpuIds" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "lastEndAt" TIMESTAMPTZ(3),
    "pauses" INTEGER NOT NULL DEFAULT 0,
    "epoch" INTEGER NOT NULL DEFAULT 0,
    "restarts" INTEGER NOT NULL DEFAULT 0,
    "sentence" TEXT,
    "parkedPath" TEXT,
    "parkedBytes" BIGINT,
    "parkedStep" INTEGER,
    "previewPath" TEXT,
    "previewStep" INTEGER,
    "resultPath" TEXT,
    "resultType" TEXT,
    "resultBytes" BIGINT,
    "error" TEXT,
    "webhookUrl" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "startedAt" TIMESTAMPTZ(3),
    "endedAt" TIMESTAMPTZ(3),

    CONSTRAINT "Request_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "RequestSegment" (
    "requestId" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "phase" TEXT NOT NULL,
    "startedAt" TIMESTAMPTZ(3) NOT NULL,
    "endedAt" TIMESTAMPTZ(3) NOT NULL,
    "fromStep" INTEGER NOT NULL,
    "steps" INTEGER NOT NULL,
    "sp" INTEGER NOT NULL,
    "batch" INTEGER NOT NULL,
    "gpuIds" TEXT[],

    CONSTRAINT "RequestSegment_pkey" PRIMARY KEY ("requestId","number")
);

-- CreateTable
CREATE TABLE "RequestReceipt" (
    "requestId" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "kind" TEXT NOT NULL,
    "rule" TEXT,
    "sentence" TEXT NOT NULL,
    "seen" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "RequestReceipt_pkey" PRIMARY KEY ("requestId","number")
);

-- CreateTable
CREATE TABLE "WebhookDelivery" (
    "requestId" TEXT NOT NULL,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "nextAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "deliveredAt" TIMESTAMPTZ(3),
    "failedAt" TIMESTAMPTZ(3),
    "lastError" TEXT,

    CONSTRAINT "WebhookDelivery_pkey" PRIMARY KEY ("requestId")
);

-- CreateIndex
CREATE INDEX "Request_deploymentId_state_idx" ON "Request"("deploymentId", "state");

-- CreateIndex
CREATE INDEX "Request_deploymentId_endedAt_idx" ON "Request"("deploymentId", "endedAt");

-- CreateIndex
CREATE INDEX "Request_projectId_createdAt_idx" ON "Request"("projectId", "createdAt");

-- CreateIndex
CREATE INDEX "Request_groupId_idx" ON "Request"("groupId");

-- CreateIndex
CREATE INDEX "RequestSegment_startedAt_idx" ON "RequestSegment"("startedAt");

-- CreateIndex
CREATE INDEX "RequestReceipt_at_idx" ON "RequestReceipt"("at");

-- CreateIndex
CREATE INDEX "WebhookDelivery_nextAt_idx" ON "WebhookDelivery"("nextAt");

-- AddForeignKey
ALTER TABLE "Deployment" ADD CONSTRAINT "Deployment_jobId_fkey" FOREIGN KEY ("jobId") REFERENCES "Job"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ProfileEntry" ADD CONSTRAINT "ProfileEntry_deploymentId_fkey" FOREIGN KEY ("deploymentId") REFERENCES "Deployment"("jobId") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Request" ADD CONSTRAINT "Request_deploymentId_fkey" FOREIGN KEY ("deploymentId") REFERENCES "Deployment"("jobId") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "RequestSegment" ADD CONSTRAINT "RequestSegment_requestId_fkey" FOREIGN KEY ("requestId") REFERENCES "Request"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "RequestReceipt" ADD CONSTRAINT "RequestReceipt_requestId_fkey" FOREIGN KEY ("requestId") REFERENCES "Request"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "WebhookDelivery" ADD CONSTRAINT "WebhookDelivery_requestId_fkey" FOREIGN KEY ("requestId") REFERENCES "Request"("id") ON DELETE CASCADE ON UPDATE CASCADE;
