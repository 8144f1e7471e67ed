-- AlterTable
ALTER TABLE "OneTimeSecret" ADD COLUMN     "nodeId" TEXT;
