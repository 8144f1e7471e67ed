import { router } from '../../trpc/init'
import { askLauncher } from './ask'
import { listLaunchers } from './list'

export const launcherRouter = router({ list: listLaunchers, ask: askLauncher })
