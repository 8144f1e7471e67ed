import { router } from '../../trpc/init'
import { searchPalette } from './palette'

export const searchRouter = router({ palette: searchPalette })
