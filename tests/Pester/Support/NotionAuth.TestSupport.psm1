#Requires -Version 7.4
using namespace System.Management.Automation
using namespace System.Management.Automation.Runspaces

# What every test file needs: a HOME of its own, the module, a simulated Notion as a program of its own, vaults, and
# somebody at the browser.

Set-StrictMode -Version 3.0

$script:Root = (Resolve-Path (Join-Path $PSScriptRoot '../../..')).Path
foreach ($shared in 'SecretSearch.psm1', 'NotionAuth.FakeNotion/FakeNotion.psm1') {
    Import-Module (Join-Path $script:Root "tests/$shared")
}
$script:Patience = [timespan]::FromSeconds(60)
$script:Number = 0
$script:IsStoreMade = $false

# ---------------------------------------------------------------------------------------------------------- the process

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
        'NOTION_REDIRECT_URI', 'NOTIONAUTH_VAULT',
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

# ------------------------------------------------------------------------------------------------- the simulated Notion

function Get-FakeState { Invoke-FakeNotionControl 'state' }

function Get-FakeRequest {
    <#
    .SYNOPSIS
    What the simulated Notion was asked, oldest first.
    #>
    param([string] $Path = '/v1', [string] $Method, [string] $BotId)

    $query = "requests?path=$([uri]::EscapeDataString($Path))"
    if ($Method) { $query += "&method=$Method" }
    @((Invoke-FakeNotionControl $query).requests | Where-Object { -not $BotId -or $_.botId -eq $BotId })
}

function Get-SentBody {
    <#
    .SYNOPSIS
    What arrives at Notion of a body.
    #>
    param($Body)

    Clear-FakeRequest
    Add-FakeFault @{ path = '/v1/comments'; status = 200; body = '{"object":"comment"}' }
    $null = Invoke-NotionRequest comments -Method POST -Body $Body -ErrorAction Stop
    (Get-FakeRequest '/v1/comments')[0].body
}

function Clear-FakeRequest { $null = Invoke-FakeNotionControl 'requests' DELETE }

function Add-FakeFault {
    <#
    .SYNOPSIS
    Makes something go wrong on demand: kind, path, status, code, times, delayMs, headers, …
    #>
    param([Parameter(Mandatory)] [hashtable] $Fault)

    $null = Invoke-FakeNotionControl 'faults' -Body $Fault
}

function Clear-FakeFault { $null = Invoke-FakeNotionControl 'faults' DELETE }

function Set-FakeBehavior {
    <#
    .SYNOPSIS
    Changes how the simulated Notion behaves where Notion's own behaviour isn't known.
    #>
    param([Parameter(Mandatory)] [hashtable] $Behavior)

    $null = Invoke-FakeNotionControl 'behavior' -Body $Behavior
}

function Invoke-FakeExpiry {
    <#
    .SYNOPSIS
    Lets the access tokens of a bot expire.
    #>
    param([Parameter(Mandatory)] [string] $BotId)

    $null = Invoke-FakeNotionControl 'expire' -Body @{ botId = $BotId }
}

function New-FakeApp {
    <#
    .SYNOPSIS
    Registers a public integration in a workspace of its own, so that no test meets another's connection. SignIn is
    splatted to Connect-NotionWorkspace.
    #>
    param(
        [string] $Workspace,
        [ValidateSet('allow', 'deny', 'off')] [string] $Approval = 'allow',
        [string] $Icon,
        [switch] $NoRefreshToken,
        [string[]] $RedirectUri
    )

    $script:Number++
    $tag = '{0}-{1}' -f $script:Number, [guid]::NewGuid().ToString('N').Substring(0, 8)
    $app = @{
        clientId      = [guid]::NewGuid().ToString()
        clientSecret  = "secret_$(Get-SecretMark)TestClient$($tag.Replace('-', ''))ForTestsOnly000001"
        name          = 'NotionAuth tests'
        workspaceName = if ($Workspace) { $Workspace } else { "Workspace $tag" }
        redirectUris  = @((Get-FakeNotion).RedirectUri) + @($RedirectUri | Where-Object { $_ })
        autoApprove   = $Approval
        refreshTokens = -not $NoRefreshToken
    }
    if ($Icon) { $app.workspaceIcon = $Icon }
    $null = Invoke-FakeNotionControl 'integrations' -Body $app
    [pscustomobject]@{
        ClientId     = $app.clientId
        ClientSecret = $app.clientSecret
        Workspace    = $app.workspaceName
        SignIn       = @{
            ClientId     = $app.clientId
            ClientSecret = ConvertTo-Secret $app.clientSecret
            RedirectUri  = $app.redirectUris
            BaseUri      = (Get-FakeNotion).BaseUri
            TimeoutSec   = 20
        }
    }
}

function Set-FakeApp {
    <#
    .SYNOPSIS
    Changes an integration's settings.
    #>
    param([Parameter(Mandatory)] $App, [Parameter(Mandatory)] [hashtable] $Settings)

    $null = Invoke-FakeNotionControl 'integrations' -Body (@{ clientId = $App.ClientId } + $Settings)
}

function New-FakeToken {
    <#
    .SYNOPSIS
    Registers an internal integration in a workspace of its own. SignIn is splatted to Connect-NotionWorkspace.
    #>
    param([string] $Workspace)

    $script:Number++
    $tag = '{0}{1}' -f $script:Number, [guid]::NewGuid().ToString('N').Substring(0, 8)
    $text = "ntn_$(Get-SecretMark)TestInternal${tag}ForTestsOnly0000000001"
    $name = if ($Workspace) { $Workspace } else { "Internal $tag" }
    $null = Invoke-FakeNotionControl 'integrations' -Body @{
        kind = 'internal'; token = $text; workspaceName = $name; name = "Internal bot $tag"
    }
    [pscustomobject]@{
        Text      = $text
        Workspace = $name
        SignIn    = @{ Token = ConvertTo-Secret $text; BaseUri = (Get-FakeNotion).BaseUri }
    }
}

# -------------------------------------------------------------------------------------------- the person at the browser

function Set-Person {
    <#
    .SYNOPSIS
    Says what the person at the browser does (see person.sh); returns the folder that keeps what they saw.
    #>
    param([string[]] $Plan = @('visit'))

    $folder = New-TestFolder 'person'
    Set-Content -LiteralPath (Join-Path $folder 'plan') -Value $Plan
    $env:NOTIONAUTH_TEST_PERSON = $folder
    $env:BROWSER = Join-Path $PSScriptRoot 'person.sh'
    $folder
}

function Get-PersonPage {
    <#
    .SYNOPSIS
    The page that the person saw after a step, once all steps are over.
    #>
    param([Parameter(Mandatory)] [string] $Folder, [int] $Step = 1)

    Wait-Until {
        Test-Path -LiteralPath (Join-Path $Folder 'done')
    } "the person finished: $(Get-Content -LiteralPath (Join-Path $Folder 'plan'))"
    Get-Content -LiteralPath (Join-Path $Folder "page-$Step.html") -Raw
}

function Get-PersonStatus {
    <#
    .SYNOPSIS
    The HTTP status of the last page of a step.
    #>
    param([Parameter(Mandatory)] [string] $Folder, [int] $Step = 1)

    $null = Get-PersonPage $Folder $Step
    [int](@(Get-Content -LiteralPath (Join-Path $Folder "head-$Step.txt") |
        Where-Object { $_ -match '^HTTP/' })[-1] -split
        ' ')[1]
}

function Initialize-Chromium {
    <#
    .SYNOPSIS
    Finds a Chromium and node, and installs what drives it; says what is missing.
    #>
    if (-not $env:CHROMIUM_PATH) {
        $env:CHROMIUM_PATH = Get-Command -Name chromium, chromium-browser, google-chrome,
            google-chrome-stable -CommandType Application -ErrorAction Ignore |
            Select-Object -First 1 -ExpandProperty Source
    }

    if (-not $env:CHROMIUM_PATH -or -not (Test-Path -LiteralPath $env:CHROMIUM_PATH)) {
        throw 'These tests need a Chromium: install chromium or google-chrome, or name its program in CHROMIUM_PATH.'
    }

    if (-not (Get-Command -Name node -CommandType Application -ErrorAction Ignore)) {
        throw 'These tests need node 20 or later: install it.'
    }
    $folder = Join-Path $PSScriptRoot '../browser'
    if (Test-Path -LiteralPath (Join-Path $folder 'node_modules/playwright-core')) { return }
    $output = npm ci --prefix $folder --silent --no-audit --no-fund 2>&1
    if ($LASTEXITCODE) { throw "npm ci in $folder failed; the registry must be reachable once.`n$output" }
}

function Set-ChromiumPerson {
    <#
    .SYNOPSIS
    Says what the person at a real Chromium does (see browser/person.mjs); returns the folder that keeps what they saw.
    #>
    param([Parameter(Mandatory)] [hashtable] $Plan)

    $folder = New-TestFolder 'chromium'
    $Plan | ConvertTo-Json | Set-Content -LiteralPath (Join-Path $folder 'plan.json')
    $env:NOTIONAUTH_TEST_PERSON = $folder
    $env:BROWSER = Join-Path $PSScriptRoot '../browser/person.sh'
    $folder
}

function Get-ChromiumReport {
    <#
    .SYNOPSIS
    What the person at the real Chromium saw.
    #>
    param([Parameter(Mandatory)] [string] $Folder)

    $path = Join-Path $Folder 'report.json'
    Wait-Until { Test-Path -LiteralPath $path } 'Chromium ended'
    $report = Get-Content -LiteralPath $path -Raw | ConvertFrom-Json
    if ($report.PSObject.Properties['failure']) {
        throw "Chromium could not do what the person wanted: $($report.failure)"
    }
    $report
}

# --------------------------------------------------------------------------------------------------------------- vaults

function Get-VaultMode {
    <#
    .SYNOPSIS
    Real: the tests have the real SecretManagement and SecretStore. StandIn: they have neither, and make do with
    tests/SecretManagement.StandIn. NOTIONAUTH_TEST_VAULTS says which, or what is there does.
    #>
    if (-not $env:NOTIONAUTH_TEST_VAULTS) {
        $isReal = (Get-RealSecretManagementFolder) -and
            (Get-Module -ListAvailable -Name Microsoft.PowerShell.SecretStore -Verbose:$false)
        $env:NOTIONAUTH_TEST_VAULTS = if ($isReal) { 'Real' } else { 'StandIn' }
    }

    if ($env:NOTIONAUTH_TEST_VAULTS -notin 'Real', 'StandIn') {
        throw "NOTIONAUTH_TEST_VAULTS is Real or StandIn, not '$env:NOTIONAUTH_TEST_VAULTS'."
    }
    $env:NOTIONAUTH_TEST_VAULTS
}

function Get-StandInFolder {
    <#
    .SYNOPSIS
    The folder with the stand-in and the plain file vault, to be on PSModulePath.
    #>
    $modules = Join-Path $script:Root 'tests/SecretManagement.StandIn/bin/*/Modules'
    $built = Get-Item -Path "$modules/Microsoft.PowerShell.SecretManagement/*/*.dll" -ErrorAction Ignore |
        Sort-Object LastWriteTimeUtc | Select-Object -Last 1
    if (-not $built) { throw 'The stand-in for SecretManagement is not built. Run: pwsh build.ps1 Build' }
    $built.Directory.Parent.Parent.FullName
}

function Get-RealSecretManagementFolder {
    <#
    .SYNOPSIS
    The folder on PSModulePath that the real SecretManagement is in; nothing where there is none.
    #>
    Get-Module -ListAvailable -Name Microsoft.PowerShell.SecretManagement -Verbose:$false |
        Where-Object { -not ($_.PrivateData -is [hashtable] -and $_.PrivateData['IsNotionAuthStandIn']) } |
        Select-Object -First 1 | ForEach-Object { Split-Path (Split-Path $_.ModuleBase) }
}

function Get-TestModulePath {
    <#
    .SYNOPSIS
    PSModulePath with the stand-in before everything else, where the tests run on it.
    #>
    if ((Get-VaultMode) -eq 'Real') { return $env:PSModulePath }
    $standIn = Get-StandInFolder
    @($standIn) + @($env:PSModulePath -split [IO.Path]::PathSeparator |
        Where-Object { $_ -ne $standIn }) -join [IO.Path]::PathSeparator
}

function Test-SecretStore {
    <#
    .SYNOPSIS
    Whether the tests of SecretStore itself can run, for -Skip.
    #>
    (Get-VaultMode) -eq 'Real'
}

function Get-StandardVaultKind {
    <#
    .SYNOPSIS
    The kind of vault that has all that a vault may have: SecretStore, or the plain file vault where that isn't there.
    #>
    if (Test-SecretStore) { 'SecretStore' } else { 'PlainFile' }
}

function Get-VaultKind {
    <#
    .SYNOPSIS
    The vaults that every test that touches one runs in, for -ForEach.
    #>
    @{ Kind = Get-StandardVaultKind }, @{ Kind = 'NoMetadata' }
}

function Remove-TestVault {
    <#
    .SYNOPSIS
    Leaves no vault registered.
    #>
    param([string] $Name = '*')

    Get-SecretVault -Name $Name -ErrorAction Ignore | Unregister-SecretVault
}

function New-TestVault {
    <#
    .SYNOPSIS
    Registers an empty vault; it is the only one unless -Beside is given.
    #>
    param(
        [Parameter(Mandatory)] [ValidateSet('SecretStore', 'PlainFile', 'NoMetadata')] [string] $Kind,
        [string] $Name = 'Personal',
        [switch] $Beside,
        [switch] $NotDefault
    )

    if (-not $Beside) { Remove-TestVault }
    $registration = @{ Name = $Name; DefaultVault = -not $NotDefault }
    $folder = $null
    switch ($Kind) {
        'SecretStore' {
            if (-not $script:IsStoreMade) { Initialize-SecretStore }
            $script:IsStoreMade = $true
            $registration.ModuleName = 'Microsoft.PowerShell.SecretStore'
        }
        'PlainFile' {
            # Its folder is one that nobody searches for secrets: it encrypts nothing.
            $registration.ModuleName = 'NotionAuth.PlainFileVault'
            $registration.VaultParameters = @{ Path = Join-Path (New-TestFolder 'vault') 'vault.xml' }
        }
        'NoMetadata' {
            $folder = New-TestFolder 'vault'
            $registration.ModuleName = Join-Path $PSScriptRoot '../Vaults/NoMetadataVault'
            $registration.VaultParameters = @{ Path = $folder }
        }
    }

    Register-SecretVault @registration
    if ($Kind -eq 'SecretStore') {
        Get-SecretInfo -Vault $Name | ForEach-Object { Remove-Secret -Name $_.Name -Vault $Name }
    }
    [pscustomobject]@{ Name = $Name; Kind = $Kind; Folder = $folder; Registration = $registration }
}

function Initialize-SecretStore {
    <#
    .SYNOPSIS
    Makes an empty SecretStore in a HOME, in a process of its own: in the process whose store it is, SecretStore's
    watcher hears of the new configuration later and reads it with the one PowerShell that every other call uses too,
    which then fails or ends the process.
    #>
    param([string] $HomeFolder = $env:HOME, [string] $PasswordText)

    $how = if ($PasswordText) {
        "-Authentication Password -Password ([Net.NetworkCredential]::new('', '$PasswordText').SecurePassword)"
    }
    else { '-Authentication None' }
    $left = Invoke-InProcess -NoImport -HomeFolder $HomeFolder -Script (
        "`$null = Reset-SecretStore -Scope CurrentUser -Interaction None $how -Force -Confirm:`$false " +
            '-WarningAction Ignore'
    )
    if ($LASTEXITCODE) { throw "SecretStore could not be set up: $left" }
    if ($HomeFolder -eq $env:HOME) { Import-Module Microsoft.PowerShell.SecretStore -Global }
}

function Set-VaultTrouble {
    <#
    .SYNOPSIS
    Makes a vault without metadata fail, or work again.
    #>
    param([Parameter(Mandatory)] $Vault, [ValidateSet('none', 'broken', 'read-only')] [string] $Trouble)

    foreach ($name in 'broken', 'read-only') {
        $switch = Join-Path $Vault.Folder $name
        if ($name -eq $Trouble) { Set-Content -LiteralPath $switch -Value '' }
        elseif (Test-Path -LiteralPath $switch) { Remove-Item -LiteralPath $switch }
    }
}

function Get-VaultContent {
    <#
    .SYNOPSIS
    Everything that a vault holds, as one text: two of them are equal if nothing has changed.
    #>
    param([string] $Vault)

    $where = if ($Vault) { @{ Vault = $Vault } } else { @{} }
    $content = [ordered]@{}
    foreach ($info in Get-SecretInfo @where | Sort-Object Name) {
        $secret = Get-Secret -Name $info.Name -Vault $info.VaultName -AsPlainText
        $content[$info.Name] = @{
            text = $secret
            metadata = @(
                if ($info.Metadata) {
                    foreach ($key in $info.Metadata.Keys | Sort-Object) { "$key=$($info.Metadata[$key])" }
                }
            )
        }
    }

    $content | ConvertTo-Json -Depth 5
}

function Invoke-InProcess {
    <#
    .SYNOPSIS
    Runs a script in a PowerShell process of its own that can't ask anybody, with the module imported; by default in the
    same HOME.
    #>
    param([Parameter(Mandatory)] [string] $Script, [string] $HomeFolder = $env:HOME, [switch] $NoImport)

    $import = if ($NoImport) { '' } else { "Import-Module '$(Get-NotionAuthPath)';" }
    $before = $env:HOME
    try {
        $env:HOME = $env:NOTIONAUTH_TEST_HOME = $HomeFolder
        pwsh -NoProfile -NonInteractive -Command "`$PSStyle.OutputRendering = 'PlainText'; $import $Script"
    }
    finally {
        $env:HOME = $env:NOTIONAUTH_TEST_HOME = $before
    }
}

function Set-SecretText {
    <#
    .SYNOPSIS
    Writes another text over a secret and leaves its metadata as it is, where the vault keeps any.
    #>
    param(
        [Parameter(Mandatory)] [string] $Name,
        [Parameter(Mandatory)] [string] $Text,
        [Parameter(Mandatory)] [string] $Vault
    )

    $with = @{}
    $kept = (Get-SecretInfo -Name $Name -Vault $Vault).Metadata
    if ($kept -and $kept.Count) {
        $with.Metadata = @{}
        # A number that went through SecretStore's file comes back as a long, which it doesn't take.
        foreach ($key in $kept.Keys) {
            $with.Metadata[$key] = if ($kept[$key] -is [long]) { [int]$kept[$key] } else { $kept[$key] }
        }
    }

    Set-Secret -Name $Name -Secret (ConvertTo-Secret $Text) -Vault $Vault @with -ErrorAction Stop
}

function Get-StoredConnection {
    <#
    .SYNOPSIS
    What a vault keeps of a connection, as an object.
    #>
    param([Parameter(Mandatory)] [string] $BotId, [string] $Vault)

    $where = if ($Vault) { @{ Vault = $Vault } } else { @{} }
    Get-Secret -Name "NotionAuth-$BotId" @where -AsPlainText | ConvertFrom-Json -DateKind String
}

# -------------------------------------------------------------------------------------------------- running and judging

function Invoke-InRunspace {
    <#
    .SYNOPSIS
    Runs a script in a runspace of its own, in a host that can't ask anybody, with the module imported and nothing
    connected.
    #>
    param([Parameter(Mandatory)] [scriptblock] $Script, [hashtable] $Variables = @{})

    $shell = New-RunspaceShell $Variables
    $errors = [Collections.Generic.List[ErrorRecord]]::new()
    $output = @()
    try {
        $output = @($shell.AddScript($Script.ToString()).Invoke())
    }
    catch {
        $errors.Add((Get-InnerRecord $_))
    }
    finally {
        foreach ($record in $shell.Streams.Error) { $errors.Add($record) }
        $result = [pscustomobject]@{
            Output   = $output
            Errors   = $errors
            Warnings = @($shell.Streams.Warning)
            Verbose  = @($shell.Streams.Verbose)
        }
        $shell.Runspace.Dispose()
        $shell.Dispose()
    }

    $result
}

function Get-InnerRecord {
    <#
    .SYNOPSIS
    The record of the error in a runspace, out of the one that the call of Invoke or EndInvoke made of it.
    #>
    param([Parameter(Mandatory)] [ErrorRecord] $Record)

    for ($exception = $Record.Exception; $exception; $exception = $exception.InnerException) {
        if ($exception -is [IContainsErrorRecord] -and
                $exception.ErrorRecord.FullyQualifiedErrorId -match ',NotionAuth\.') {
            return $exception.ErrorRecord
        }
    }

    $Record
}

function New-RunspaceShell {
    <#
    .SYNOPSIS
    A PowerShell in a runspace of its own, with the module imported.
    #>
    param([hashtable] $Variables = @{})

    $runspace = [RunspaceFactory]::CreateRunspace([InitialSessionState]::CreateDefault2())
    $runspace.Open()
    foreach ($name in $Variables.Keys) { $runspace.SessionStateProxy.SetVariable($name, $Variables[$name]) }
    $shell = [powershell]::Create()
    $shell.Runspace = $runspace
    $null = $shell.AddCommand('Import-Module').AddParameter('Name', (Get-NotionAuthPath)).Invoke()
    $shell.Commands.Clear()
    $shell
}

function Assert-Stopped {
    <#
    .SYNOPSIS
    Begins a command in a runspace of its own, stops it as Ctrl+C does when it waits, and fails unless it ends at once
    with nothing sent.
    #>
    param(
        [Parameter(Mandatory)] [string] $Script,

        # For the script; begun is an event that tells when the command is about to wait, and is made where there is
        # none.
        [Parameter(Mandatory)] [hashtable] $Variables,

        # Runs before the stop; returns what is to be disposed of in the end.
        [scriptblock] $WhenWaiting
    )

    $all = $Variables.Clone()
    if (-not $all.Contains('begun')) { $all.begun = [Threading.ManualResetEventSlim]::new() }
    $shell = New-RunspaceShell $all
    $run = $shell.AddScript($Script).BeginInvoke()
    if (-not $all.begun.Wait(20000)) { throw 'The command did not begin.' }
    $peer = if ($WhenWaiting) { & $WhenWaiting }
    try {
        if ($run.IsCompleted) { throw "The command did not wait: $($shell.Streams.Error)" }
        $stop = $shell.BeginStop($null, $null)
        if (-not $stop.AsyncWaitHandle.WaitOne(10000)) { throw 'Ctrl+C did not end it.' }
        if ($shell.InvocationStateInfo.State -ne 'Stopped') { throw "It ended as $($shell.InvocationStateInfo.State)." }
        if (@(Get-FakeRequest).Count) { throw 'A request was sent.' }
    }
    finally {
        if ($peer) { $peer.Dispose() }
        if ($stop.IsCompleted) { $shell.Runspace.Dispose() }
    }
}

function Get-ErrorOf {
    <#
    .SYNOPSIS
    Runs a script and returns the error that it ends with; null where there is none.
    #>
    param([Parameter(Mandatory)] [scriptblock] $Script)

    try {
        $null = & $Script
    }
    catch {
        return $_
    }
}

function Assert-NotionError {
    <#
    .SYNOPSIS
    Fails unless a script ends with, or a record is, an error of NotionAuth with this id and category, a next step, and
    a text that fits the pattern.
    #>
    param(
        [scriptblock] $Script,
        [ErrorRecord] $Record,
        [Parameter(Mandatory)] [string] $Id,
        [Parameter(Mandatory)] [ErrorCategory] $Category,
        [string] $Says,
        [string] $Advises
    )

    if ($Script) { $Record = Get-ErrorOf $Script }
    if (-not $Record) { throw "An error $Id was expected, but there was none." }
    if (($Record.FullyQualifiedErrorId -split ',')[0] -cne $Id) {
        throw "The error id should be $Id, but is $($Record.FullyQualifiedErrorId): $Record"
    }
    if ($Record.FullyQualifiedErrorId -notmatch ',NotionAuth\.Commands\.\w+Command$') {
        throw "The error does not come from a cmdlet of NotionAuth: $($Record.FullyQualifiedErrorId)"
    }
    if ($Record.CategoryInfo.Category -ne $Category) {
        throw "The category of $Id should be $Category, but is $($Record.CategoryInfo.Category)."
    }
    if (-not $Record.ErrorDetails.RecommendedAction) { throw "The error $Id says nothing about what to do." }
    if ($Says -and "$Record" -notmatch $Says) {
        throw "The error $Id should say something like '$Says', but says: $Record"
    }
    if ($Advises -and $Record.ErrorDetails.RecommendedAction -notmatch $Advises) {
        throw "The error $Id should advise something like '$Advises', but advises: " +
            "$($Record.ErrorDetails.RecommendedAction)"
    }
}

Export-ModuleMember -Function *-*
