import { observed } from '@/server/observe/observed'
import { handleRest } from '@/server/rest/handle'

export const dynamic = 'force-dynamic'

type Params = { params: Promise<{ path: string[] }> }

const handle = async (request: Request, { params }: Params): Promise<Response> =>
  observed(request, async () => handleRest(request, (await params).path))

export { handle as DELETE, handle as GET, handle as PATCH, handle as POST, handle as PUT }
