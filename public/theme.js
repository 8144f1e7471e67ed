;(() => {
  const apply = () => {
    let choice = 'system'
    try {
      choice = localStorage.getItem('alto-theme') || 'system'
    } catch {
      choice = 'system'
    }
    const dark = choice === 'dark' || (choice === 'system' && matchMedia('(prefers-color-scheme: dark)').matches)
    document.documentElement.dataset.theme = dark ? 'dark' : 'light'
  }
  apply()
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', apply)
  addEventListener('storage', (event) => {
    if (event.key === 'alto-theme') apply()
  })
  addEventListener('alto-theme', apply)
})()
