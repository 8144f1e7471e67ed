-- AlterTable
ALTER TABLE "Request" ADD COLUMN     "heldBy" TEXT;
