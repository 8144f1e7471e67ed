import { router } from '../../trpc/init'
import { invite } from './invite'

export const projectRouter = router({ invite })
