-- AlterTable
ALTER TABLE "Request" DROP COLUMN "epoch",
DROP COLUMN "restarts",
ADD COLUMN     "attempt" INTEGER NOT NULL DEFAULT 1,
ADD COLUMN     "cancelledAt" TIMESTAMPTZ(3),
ADD COLUMN     "cancelledBy" TEXT,
ADD COLUMN     "guidance" DOUBLE PRECISION,
ADD COLUMN     "parkedStage" TEXT;
