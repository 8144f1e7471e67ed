-- AlterTable
ALTER TABLE "Executor" ADD COLUMN     "leaderId" TEXT,
ADD COLUMN     "meeting" TEXT;

-- CreateIndex
CREATE INDEX "Executor_leaderId_idx" ON "Executor"("leaderId");
