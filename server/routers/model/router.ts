import { router } from '../../trpc/init'
import { describeModel } from './describe'
import { listModels } from './list'

export const modelRouter = router({ list: listModels, describe: describeModel })
