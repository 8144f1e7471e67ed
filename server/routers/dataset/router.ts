import { router } from '../../trpc/init'
import { deleteDataset } from './delete'
import { listDatasets } from './list'
import { previewDataset } from './preview'

export const datasetRouter = router({ list: listDatasets, preview: previewDataset, delete: deleteDataset })
