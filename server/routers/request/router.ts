import { router } from '../../trpc/init'
import { cancelRequest } from './cancel'
import { createRequest } from './create'
import { getRequest } from './get'
import { listRequests } from './list'
import { quoteRequestProcedure } from './quote'

export const requestRouter = router({
  list: listRequests,
  get: getRequest,
  quote: quoteRequestProcedure,
  create: createRequest,
  cancel: cancelRequest,
})
