#Requires -Version 7.4
# One session with everything in it that a secret could escape from. Started by Leak.Tests.ps1 as a process of its own,
# with its secrets in the environment or cut in two, as errors quote the script; leaves its transcript and its dumps in
# the folder LEAK_OUT.
$out, $base, $redirect = $env:LEAK_OUT, $env:LEAK_BASE, $env:LEAK_REDIRECT
Import-Module (Join-Path $PSScriptRoot '../../NotionAuth.FakeNotion/FakeNotion.psm1')

function Invoke-Control {
    param([string] $Path, $Body = @{})

    $null = Invoke-FakeNotionControl $Path -Body $Body -BaseUri $base
}

function Set-Plan {
    param([string[]] $Plan)

    Set-Content -LiteralPath "$env:NOTIONAUTH_TEST_PERSON/plan" -Value $Plan
}

function ConvertTo-Secret {
    param([string] $Text)

    $secret = [securestring]::new()
    foreach ($character in $Text.ToCharArray()) { $secret.AppendChar($character) }
    $secret
}

# The vault is SecretStore, or a file that is named, where SecretStore isn't there.
if ($env:LEAK_VAULT) {
    Register-SecretVault -Name Personal -ModuleName NotionAuth.PlainFileVault -VaultParameters @{
        Path = $env:LEAK_VAULT
    } -DefaultVault
}
else {
    Import-Module Microsoft.PowerShell.SecretStore
    Register-SecretVault -Name Personal -ModuleName Microsoft.PowerShell.SecretStore -DefaultVault
}
Import-Module $env:NOTIONAUTH_MODULE_PATH

$internal = ConvertTo-Secret $env:LEAK_INTERNAL
$split = ConvertTo-Secret $env:LEAK_INTERNAL.Insert(12, "`r`n")
$env:LEAK_INTERNAL = $null
$Error.Clear()
$null = Start-Transcript -Path "$out/transcript.txt" -IncludeInvocationHeader
$VerbosePreference = $DebugPreference = $InformationPreference = 'Continue'
$ErrorActionPreference = 'Continue'
# With -Debug and without -WarningAction, PowerShell asks at each warning.
$all = @{ Verbose = $true; Debug = $true; WarningAction = 'Continue' }
$signIn = @{ BaseUri = $base; RedirectUri = $redirect; TimeoutSec = 20 } + $all
$objects = [Collections.Generic.List[object]]::new()

& {
    # A sign-in that succeeds, and those that fail in each place.
    Set-Plan visit
    $objects.Add((Connect-NotionWorkspace @signIn))
    foreach ($plan in "callback code=MadeUp$('Code')0000001&state={state}",
            "callback error=server_error&error_description=ntn_$('In')ADescription0001&state={state}",
            "callback code=Twice$('Code')0000001&error=x&state={state}") {
        Set-Plan $plan
        Connect-NotionWorkspace @signIn
    }

    Set-Plan "callback code=Stolen$('Code')0000001&state=wrong", visit
    $objects.Add((Connect-NotionWorkspace @signIn))
    Connect-NotionWorkspace @signIn -ClientSecret (
        ConvertTo-Secret ('secret_' + 'WrongOneOfTheUser00000001')
    ) -ClientId $env:NOTION_CLIENT_ID

    # Tokens, good and bad.
    $objects.Add((Connect-NotionWorkspace -Token $internal -BaseUri $base -Name Internal @all))
    Connect-NotionWorkspace -Token $split -BaseUri $base @all
    Connect-NotionWorkspace -Token (ConvertTo-Secret ('nrt_' + 'WrongKindOfToken0000000001')) -BaseUri $base @all
    Test-NotionToken -Token (ConvertTo-Secret ('ntn_' + 'NobodyKnowsThis000000000001')) -BaseUri $base @all

    # A refresh, and replies that repeat the secrets of the request.
    $oauth = $objects[0]
    Invoke-Control expire @{ botId = $oauth.BotId }
    $objects.Add((Invoke-NotionRequest users/me -Connection $oauth.Name @all))
    $live = (Invoke-FakeNotionControl state -BaseUri $base).tokens |
        Where-Object { $_.botId -eq $oauth.BotId -and $_.accessState -eq 'Live' }
    Invoke-Control faults @{
        status = 400; code = 'validation_error'; path = '/v1/users/me'
        message = "Bearer $($live.accessToken) is no good, nor is $($live.refreshToken)"
        additionalData = @{ token = $live.accessToken }
    }
    Invoke-NotionRequest users/me -Connection $oauth.Name @all
    Invoke-Control faults @{
        status = 400; path = '/v1/oauth/introspect'
        body = "{`"error`":`"invalid_request`",`"error_description`":`"token $($live.accessToken) and client " +
            "secret $env:NOTION_CLIENT_SECRET`"}"
    }
    $objects.Add((Test-NotionToken $oauth.Name @all))
    Invoke-Control faults @{
        status = 400; path = '/v1/oauth/revoke'; times = 2
        body = "{`"error`":`"invalid_request`",`"error_description`":`"token=$($live.refreshToken)`"}"
    }
    Revoke-NotionToken $oauth.Name -Confirm:$false @all
    Invoke-NotionRequest 'pages/00000000-0000-4000-8000-000000000000' -Connection $oauth.Name @all
    Invoke-NotionRequest comments -Method POST -Body @{ secret = $internal } -Connection $oauth.Name @all
    Invoke-NotionRequest users/me -Headers @{
        Authorization = "Bearer $($live.accessToken)"
    } -Connection $oauth.Name @all
    $objects.Add((Get-NotionConnection @all))

    # A refresh token that is refused, and the end.
    Invoke-Control revoke @{ botId = $oauth.BotId }
    Invoke-NotionRequest users/me -Connection $oauth.Name @all
    $objects.Add((Test-NotionToken $oauth.Name @all))
    Set-Plan visit
    $objects.Add((Connect-NotionWorkspace @signIn))
    $objects.Add((Revoke-NotionToken $oauth.Name -Confirm:$false -PassThru @all))
    Revoke-NotionToken Internal -Confirm:$false @all
    Remove-Variable live
} *>&1 | Tee-Object -FilePath "$out/streams.txt"

$Error | Format-List * -Force | Tee-Object -FilePath "$out/errors.txt"
$Error | ForEach-Object {
    for ($e = $_.Exception; $e; $e = $e.InnerException) {
        $e | Format-List * -Force
        $e.ToString()
        $e.Data | Out-String
    }
} | Out-File "$out/exceptions.txt"
$Error | ForEach-Object FullyQualifiedErrorId | Set-Content "$out/ids.txt"
$objects | ConvertTo-Json -Depth 6 | Set-Content "$out/objects.json"
$objects | Export-Clixml -Depth 6 -Path "$out/objects.xml"
$Error | Export-Clixml -Depth 4 -Path "$out/errors.xml"
$objects | Format-List * -Force | Out-String -Width 4000 | Set-Content "$out/objects.txt"
Get-History | Format-List * | Out-File "$out/history.txt"
$null = Stop-Transcript
