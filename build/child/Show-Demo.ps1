# The demo's transcript; started by the build in a process and a home of its own. Every step is checked, not only shown.
[CmdletBinding()]
param([string]$FakePath, [string]$ModuleBase, [ValidateSet('Real', 'StandIn')] [string]$VaultKind)

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'
$InformationPreference = 'Continue'
$ProgressPreference = 'SilentlyContinue'
. (Join-Path $PSScriptRoot 'Assert-IsolatedHome.ps1')
. (Join-Path $PSScriptRoot '../tasks/Common.ps1')
Import-Module (Get-FakeNotionModule)

# A log is no terminal: no colours there.
if ((Get-Variable -Name PSStyle -ErrorAction Ignore) -and [Console]::IsOutputRedirected) {
    $PSStyle.OutputRendering = 'PlainText'
}

<# As the prompt does it, at one width everywhere. #>
function Out-Screen {
    param([object[]]$Object)
    $text = ($Object | Out-String -Width 120).TrimEnd()
    if ($text) { Write-Information "$text`n" }
}

<# Shows a command and what it prints, as at the prompt, and returns its objects. #>
function Show-Command {
    param([scriptblock]$Command)
    $lines = $Command.ToString().Trim() -split '\r?\n'
    Write-Information "PS> $($lines[0])"
    foreach ($line in $lines | Select-Object -Skip 1) { Write-Information ">>      $($line.Trim())" }
    $output = @(. $Command)
    Out-Screen $output
    $output | Where-Object { $_.GetType().Namespace -notlike 'Microsoft.PowerShell.Commands.Internal.Format*' }
}

function Confirm-That {
    param([bool]$Condition, [string]$Fact)
    if (-not $Condition) { throw "This should be so, and isn't: $Fact" }
    Write-Information "   [checked] $Fact"
}

<# The step in the browser. $BROWSER names it on Linux and macOS; on Windows the page is opened from beside. #>
function Connect-InBrowser {
    param([hashtable]$Parameter)
    if ($env:BROWSER) { return Connect-NotionWorkspace @Parameter -TimeoutSec 60 }
    Connect-NotionWorkspace @Parameter -TimeoutSec 60 -NoBrowser 6>&1 | ForEach-Object {
        if ($_ -isnot [Management.Automation.InformationRecord]) { return $_ }
        Write-Information "$_"
        if ("$_" -match 'https?://\S+/authorize\S+') { $null = Open-SignInPage $Matches[0] }
    }
}

function Open-SignInPage {
    param([string]$Address)
    Start-Job -FilePath (Join-Path $PSScriptRoot 'Approve-SignIn.ps1') -ArgumentList $Address
}

function Show-Vault {
    param([string]$Kind)
    Write-Heading 'Once: a vault to keep connections in'
    if ($Kind -eq 'Real') {
        # The demo must not ask for a password, so its store has none. A real store should have one.
        $word = [Net.NetworkCredential]::new('', [guid]::NewGuid().ToString()).SecurePassword
        $open = @{ Authentication = 'None'; Interaction = 'None'; Password = $word; Confirm = $false }
        Set-SecretStoreConfiguration @open -WarningAction Ignore
        $null = Show-Command {
            Register-SecretVault -Name Demo -ModuleName Microsoft.PowerShell.SecretStore -DefaultVault
        }
    }
    else {
        $null = Show-Command { Register-SecretVault -Name Demo -ModuleName NotionAuth.PlainFileVault -DefaultVault }
    }
    Confirm-That ((Get-SecretVault).Name -eq 'Demo' -and
        -not (Get-SecretInfo -Vault Demo)) 'The vault is there, and empty.'
}

function Show-SignIn {
    Write-Heading 'Sign in to Notion'
    $app = @{
        ClientId     = $fake.clientId
        ClientSecret = [Net.NetworkCredential]::new('', $fake.clientSecret).SecurePassword
        RedirectUri  = $fake.redirectUris
        BaseUri      = $fake.baseUri
    }
    Write-Information ("`$app holds the integration's client id, its client secret (a SecureString), its redirect " +
        "URIs, and the simulated Notion's address.")
    Write-Information 'PS> Connect-NotionWorkspace @app'
    $connection = Connect-InBrowser $app
    Out-Screen $connection

    $screen = Join-Path $env:HOME 'browser.html'
    for ($i = 0; $i -lt 100 -and -not (Test-Path -LiteralPath $screen); $i++) { Start-Sleep -Milliseconds 100 }
    $page = [IO.File]::ReadAllText($screen)
    $title = [regex]::Match($page, '<title>([^<]+)</title>').Groups[1].Value
    Confirm-That ($title -ne '') "The browser now says: $([Net.WebUtility]::HtmlDecode($title))"
    Confirm-That ($connection.WorkspaceName -eq $fake.workspaceName -and
        $page.Contains($fake.workspaceName)) "The workspace is $($fake.workspaceName), here and there."
    Confirm-That (@(Get-SecretInfo -Name "NotionAuth-$($connection.BotId)" -Vault Demo).Count -eq
        1) 'The token is in the vault.'
    $connection
}

function Show-Listing {
    param($Connection)
    Write-Heading 'What am I connected to?'
    $listed = @(Show-Command { Get-NotionConnection })
    Confirm-That ($listed.Count -eq 1 -and $listed[0].BotId -eq $Connection.BotId -and
        $listed[0].IsCurrent) 'One connection is listed, and it is the current one.'
}

function Show-TokenTest {
    Write-Heading 'Does the token work?'
    $test = Show-Command { Test-NotionToken }
    Confirm-That ($test.Status -eq 'Active') 'Notion says that the token is active.'
}

function Show-Request {
    Write-Heading 'Ask the API: objects, page by page'
    $tasks = $fake.sample.dataSourceId
    Write-Information "PS> `$tasks = '$tasks'"
    $null = Show-Command {
        Invoke-NotionRequest "data_sources/$tasks/query" -Method POST -All |
            Select-Object -First 5 |
            Format-Table id, @{ n = 'Name'; e = { $_.properties.Name.title.plain_text } },
            @{ n = 'Status'; e = { $_.properties.Status.status.name } }
    }
    $count = Show-Command { (Invoke-NotionRequest "data_sources/$tasks/query" -Method POST -All).Count }
    $requests = Invoke-FakeNotionControl 'requests?path=/v1/data_sources'
    $pages = @($requests.requests | Where-Object status -EQ 200).Count
    Confirm-That ($count -gt 100 -and $pages -ge 3) "$count objects came, 100 to a page."
}

function Show-OtherSession {
    Write-Heading 'Another session: no sign-in, no token to handle'
    $script =
        "Connect-NotionWorkspace $($fake.workspaceName) | Out-Null; (Invoke-NotionRequest users/me).bot.workspace_name"
    Write-Information "PS> pwsh -Command `"$script`""
    $program, $arguments = @(Get-PowerShellProgram) + '-NoLogo' + '-NoProfile' + '-NonInteractive' + '-Command' +
        $script
    $answer = & $program @arguments
    Out-Screen $answer
    Confirm-That ($answer -eq $fake.workspaceName) 'The other process used the connection from the vault.'
}

function Show-Refresh {
    param($Connection)
    Write-Heading 'Later: the access token has expired (the simulated Notion was asked to let it)'
    $expired = Invoke-FakeNotionControl expire -Body @{ botId = $Connection.BotId }
    Confirm-That ($expired.expired -eq 1 -and
        (Test-NotionToken).Status -eq 'Expired') 'Notion does not accept the access token any more.'
    $me = Show-Command { Invoke-NotionRequest users/me -Verbose | Select-Object object, id, name, type }
    Confirm-That ($me.object -eq 'user') 'The answer came all the same.'
    $null = Show-Command { Get-NotionConnection | Format-List Name, ConnectedAt, RefreshedAt, NeedsReconnect }
    Confirm-That (
        $null -ne (Get-NotionConnection).RefreshedAt -and (Invoke-FakeNotionControl state).refreshCount -eq 1
    ) 'The token was refreshed, once, and the new pair is in the vault.'
}

function Show-Revocation {
    param($Connection)
    Write-Heading 'Revoke the token'
    $null = Show-Command { Revoke-NotionToken -Confirm:$false }
    $left = @(Show-Command { Get-NotionConnection })
    $botId = $Connection.BotId
    Write-Information "PS> `$botId = '$botId'"
    $secret = @(Show-Command { Get-SecretInfo -Name "NotionAuth-$botId" })
    Confirm-That ($left.Count -eq 0 -and
        $secret.Count -eq 0) 'The connection is gone, and its token is gone from the vault.'
    $tokens = @((Invoke-FakeNotionControl state).tokens | Where-Object botId -EQ $botId)
    $alive = @($tokens | Where-Object { $_.accessState -eq 'Active' -or $_.refreshState -eq 'Active' })
    Confirm-That ($tokens.Count -gt 0 -and $alive.Count -eq 0) 'At Notion, too, no token of it works any more.'
}

try {
    # The usual port of the callback, and two more in case it is taken.
    $ports = @(8914) + @(Get-FreePort) + @(Get-FreePort)
    $redirects = @($ports | ForEach-Object { "http://localhost:$_/callback" })
    $fake = Start-FakeNotion -Path $FakePath -AutoApprove -RateLimit -RedirectUri $redirects
    Write-Heading 'NotionAuth, shown against a simulated Notion, in a temporary home folder'
    $null = Show-Command { Import-Module NotionAuth }
    Confirm-That ((Get-Module NotionAuth).ModuleBase -eq $ModuleBase) 'It is the module that was just built.'
    Show-Vault $VaultKind
    $connection = Show-SignIn
    Show-Listing $connection
    Show-TokenTest
    Show-Request
    Show-OtherSession
    Show-Refresh $connection
    Show-Revocation $connection
    Write-Heading 'Every step happened. Your own vaults were not touched; everything temporary is removed.'
    exit 0
}
catch {
    Write-Information "FAILED: $($_.Exception.Message)"
    Write-Information $_.ScriptStackTrace
    exit 1
}
finally { Stop-FakeNotion }
