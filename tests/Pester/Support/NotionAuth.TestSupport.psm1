#Requires -Version 7.4

# What every test file needs: a HOME of its own, the module, a simulated Notion, vaults, and a person at the browser.
# This file has the process; TestSupport.*.ps1 beside it have the rest.

Set-StrictMode -Version 3.0

$script:Root = (Resolve-Path (Join-Path $PSScriptRoot '../../..')).Path
foreach ($shared in 'SecretSearch.psm1', 'NotionAuth.FakeNotion/FakeNotion.psm1') {
    Import-Module (Join-Path $script:Root "tests/$shared")
}
$script:Patience = [timespan]::FromSeconds(60)
$script:Number = 0
$script:IsStoreMade = $false

foreach ($part in 'Notion', 'Person', 'Vaults', 'Judging') { . (Join-Path $PSScriptRoot "TestSupport.$part.ps1") }

function Initialize-NotionAuthTest {
    <#
    .SYNOPSIS
    Gives the process a HOME of its own, clears what the machine's environment says of Notion and of browsers, and
    imports the module. With -NoSecretManagement, the process finds no module but PowerShell's own.
    #>
    param([switch] $NoSecretManagement)

    $ErrorActionPreference = 'Stop'
    Set-OwnHome
    foreach ($name in 'NOTION_TOKEN', 'NOTION_API_TOKEN', 'NOTION_CLIENT_ID', 'NOTION_CLIENT_SECRET',
        'NOTION_REDIRECT_URI', 'NOTIONAUTH_VAULT', 'NOTIONAUTH_CONNECTION',
        'BROWSER', 'DISPLAY', 'WAYLAND_DISPLAY', 'SSH_CONNECTION', 'SSH_CLIENT', 'SSH_TTY') {
        [Environment]::SetEnvironmentVariable($name, $null)
    }

    # A proxy of the machine is for the network; everything here is on this machine.
    $env:NO_PROXY = $env:no_proxy = 'localhost,127.0.0.1,::1'

    if ($NoSecretManagement) { $env:PSModulePath = Join-Path $PSHOME 'Modules' }
    else {
        $env:PSModulePath = Get-TestModulePath
        Import-Module Microsoft.PowerShell.SecretManagement -Global
    }

    Import-Module (Get-NotionAuthPath) -Global
}

function Set-OwnHome {
    # SecretManagement and SecretStore look at HOME once, when they are loaded.
    if ($env:NOTIONAUTH_TEST_HOME -and $env:HOME -eq $env:NOTIONAUTH_TEST_HOME) { return }
    if (-not ($IsLinux -or $IsMacOS)) {
        if ($env:NOTIONAUTH_TEST_HOME -eq 'THIS_ACCOUNT') { return }
        throw 'On Windows the vaults belong to the account and can not be put elsewhere. Run the tests under an ' +
            'account that has none, with NOTIONAUTH_TEST_HOME=THIS_ACCOUNT.'
    }

    if (
        [AppDomain]::CurrentDomain.GetAssemblies().Where(
            { $_.GetName().Name -eq 'Microsoft.PowerShell.SecretManagement' }
        )
    ) {
        throw 'SecretManagement is loaded already and sees your own vaults, which the tests must not touch. Run ' +
            'them in a fresh process: pwsh -NoProfile.'
    }

    $temporary = [IO.Path]::GetTempPath()
    foreach ($left in Get-ChildItem -Path $temporary -Directory -Filter 'notionauth-test-*') {
        if (-not (Get-Process -Id ($left.Name -split '-')[2] -ErrorAction Ignore)) {
            Remove-Item -LiteralPath $left.FullName -Recurse -Force -ErrorAction Ignore
        }
    }

    $own = Join-Path $temporary "notionauth-test-$PID"
    $null = New-Item -ItemType Directory -Path $own -Force
    foreach ($name in 'XDG_DATA_HOME', 'XDG_CONFIG_HOME', 'XDG_STATE_HOME', 'XDG_CACHE_HOME') {
        [Environment]::SetEnvironmentVariable($name, $null)
    }
    $env:HOME = $env:NOTIONAUTH_TEST_HOME = $own
    $null = Register-EngineEvent -SourceIdentifier PowerShell.Exiting -SupportEvent -Action {
        [IO.Directory]::Delete($env:NOTIONAUTH_TEST_HOME, $true)
    }
}

function Get-NotionAuthPath {
    <#
    .SYNOPSIS
    The manifest of the staged module: NOTIONAUTH_MODULE_PATH, else the newest in out/.
    #>
    if ($env:NOTIONAUTH_MODULE_PATH) { return $env:NOTIONAUTH_MODULE_PATH }
    $staged = Get-ChildItem -Path (Join-Path $script:Root 'out/NotionAuth/*/NotionAuth.psd1') -ErrorAction Ignore |
        Sort-Object { [version]$_.Directory.Name } | Select-Object -Last 1
    if (-not $staged) { throw 'The module is not staged. Run: pwsh build.ps1 Build' }
    $staged.FullName
}

function New-TestFolder {
    <#
    .SYNOPSIS
    Makes an empty folder that goes away with the process.
    #>
    param([string] $Name = 'folder')

    $script:Number++
    $tag = [guid]::NewGuid().ToString('N').Substring(0, 8)
    $path = Join-Path $env:NOTIONAUTH_TEST_HOME "$Name-$($script:Number)-$tag"
    (New-Item -ItemType Directory -Path $path).FullName
}

function ConvertTo-Secret {
    <#
    .SYNOPSIS
    Makes a SecureString of a made-up secret.
    #>
    [OutputType([securestring])]
    param([Parameter(Mandatory)] [AllowEmptyString()] [string] $Text)

    $secret = [securestring]::new()
    foreach ($character in $Text.ToCharArray()) { $secret.AppendChar($character) }
    $secret.MakeReadOnly()
    $secret
}

function Wait-Until {
    <#
    .SYNOPSIS
    Looks again and again until something is so; fails when it takes too long.
    #>
    param([Parameter(Mandatory)] [scriptblock] $Condition, [Parameter(Mandatory)] [string] $What)

    $watch = [Diagnostics.Stopwatch]::StartNew()
    while (-not (& $Condition)) {
        if ($watch.Elapsed -gt $script:Patience) {
            throw "It did not happen within $($script:Patience.TotalSeconds) s: $What"
        }
        [Threading.Thread]::Yield() | Out-Null
    }
}

Export-ModuleMember -Function *-*
