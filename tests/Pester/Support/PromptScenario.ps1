#Requires -Version 7.4
# What a person at a terminal does; started by Prompt.Tests.ps1 on a pseudo-terminal of its own.
if ($env:PROMPT_SCRIPT) {
    $ProgressPreference = 'SilentlyContinue'
    Import-Module $env:NOTIONAUTH_MODULE_PATH
    . ([scriptblock]::Create($env:PROMPT_SCRIPT))
    return
}

$null = Start-Transcript -Path $env:PROMPT_TRANSCRIPT
Import-Module $env:NOTIONAUTH_MODULE_PATH
$ProgressPreference = 'SilentlyContinue'
$place = @{ RedirectUri = $env:PROMPT_REDIRECT; BaseUri = $env:PROMPT_BASE; SessionOnly = $true }
if ($env:PROMPT_PASTE) { $place.PasteCallback = $true }
$connection = Connect-NotionWorkspace -ClientId $env:PROMPT_CLIENT @place

"CONNECTED TO $($connection.WorkspaceName)"
$null = Stop-Transcript
