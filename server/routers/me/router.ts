import { router } from '../../trpc/init'
import { getMe } from './get'
import { saveSettings } from './save-settings'

export const meRouter = router({ get: getMe, saveSettings })
