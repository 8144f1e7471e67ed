-- AlterTable
ALTER TABLE "AuditEntry" ADD COLUMN     "outcome" TEXT,
ADD COLUMN     "projectId" TEXT,
ADD COLUMN     "via" TEXT;

-- CreateTable
CREATE TABLE "Launcher" (
    "name" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "min" INTEGER NOT NULL,
    "max" INTEGER NOT NULL,
    "asked" INTEGER,
    "wanted" INTEGER NOT NULL DEFAULT 0,
    "why" TEXT NOT NULL DEFAULT '',
    "agents" JSONB NOT NULL DEFAULT '[]',
    "error" TEXT,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Launcher_pkey" PRIMARY KEY ("name")
);

-- CreateIndex
CREATE INDEX "AuditEntry_projectId_id_idx" ON "AuditEntry"("projectId", "id");

-- CreateIndex
CREATE INDEX "AuditEntry_userId_id_idx" ON "AuditEntry"("userId", "id");

-- Until now an entry was written after what it tells of.
UPDATE "AuditEntry" SET "outcome" = 'done';
