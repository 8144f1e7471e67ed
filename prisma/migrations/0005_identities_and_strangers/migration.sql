-- AlterTable
ALTER TABLE "Cluster" ADD COLUMN     "attemptKey" TEXT NOT NULL DEFAULT ((gen_random_uuid())::text || (gen_random_uuid())::text);

-- AlterTable
ALTER TABLE "Node" ADD COLUMN     "identityUntil" TIMESTAMPTZ(3) NOT NULL DEFAULT (now() + '24:00:00'::interval),
ADD COLUMN     "nextIdentityHash" TEXT,
ADD COLUMN     "nextIdentityUntil" TIMESTAMPTZ(3),
ADD COLUMN     "strangers" JSONB NOT NULL DEFAULT '[]';

-- CreateIndex
CREATE UNIQUE INDEX "Node_nextIdentityHash_key" ON "Node"("nextIdentityHash");
