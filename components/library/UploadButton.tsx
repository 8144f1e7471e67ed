'use client'

import { useQueryClient } from '@tanstack/react-query'
import { Upload } from 'lucide-react'
import { useRef, useState } from 'react'
import { errorSentence } from '../trpc/errorSentence'
import { useTRPC } from '../trpc/trpc'
import { Button } from '../ui/Button'
import { type Uploaded, uploadDataset } from './upload'

interface UploadButtonProps {
  onStored: (stored: Uploaded) => void
  /** One sentence of what is wrong with the file; `null` when another one is sent. */
  onRefused: (sentence: string | null) => void
}

/** Sends a .jsonl file; every list of data sets knows it at once. */
export function UploadButton({ onStored, onRefused }: UploadButtonProps) {
  const trpc = useTRPC()
  const queries = useQueryClient()
  const file = useRef<HTMLInputElement>(null)
  const [uploading, setUploading] = useState<string | null>(null)
  const upload = (picked: File) => {
    setUploading(picked.name)
    onRefused(null)
    uploadDataset(picked, picked.name).then(
      (stored) => {
        setUploading(null)
        onStored(stored)
        void queries.invalidateQueries({ queryKey: trpc.dataset.list.queryKey() })
      },
      (error: unknown) => {
        setUploading(null)
        onRefused(errorSentence(error))
      },
    )
  }
  return (
    <>
      <Button icon={<Upload size={13} />} disabled={uploading !== null} onClick={() => file.current?.click()}>
        {uploading ? `Uploading ${uploading}…` : 'Upload .jsonl'}
      </Button>
      <input
        ref={file}
        type="file"
        accept=".jsonl,.ndjson,application/jsonl"
        aria-label="A .jsonl file"
        className="hidden"
        onChange={(event) => {
          const picked = event.target.files?.[0]
          if (picked) upload(picked)
          event.target.value = ''
        }}
      />
    </>
  )
}
