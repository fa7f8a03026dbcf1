# Plays the person at the browser: follows the sign-in page to where it leads (the simulated Notion says yes at once),
# and keeps what is then on the screen.
[CmdletBinding()]
param([string]$Address)

$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$page = Invoke-WebRequest -Uri $Address -UseBasicParsing -TimeoutSec 30
[IO.File]::WriteAllText((Join-Path $env:HOME 'browser.html'), $page.Content)
