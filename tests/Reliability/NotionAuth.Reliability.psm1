#Requires -Version 7.4

# What the scenarios share: a simulated Notion, a SecretStore in a HOME of its own, worker processes, a look at the
# store's file, and a search for leaks.

Set-StrictMode -Version 3.0
foreach ($shared in 'SecretSearch.psm1', 'NotionAuth.FakeNotion/FakeNotion.psm1') {
    Import-Module (Join-Path $PSScriptRoot "../$shared")
}
$script:Patience = [timespan]::FromMinutes(5)
$script:HasDisk = $false
$script:StorePassword = $null
$script:PlainVault = $null
$script:Workers = [Collections.Generic.List[Diagnostics.Process]]::new()

# --------------------------------------------------------------------------------------------------------- the scenario

function Initialize-Scenario {
    <#
    .SYNOPSIS
    Prepares this process, whose HOME is the scenario's own: the module, the simulated Notion, a store that wants no
    password.
    #>
    param([Parameter(Mandatory)] [string] $ModulePath, [string] $FakePath, [double] $Minutes)

    $script:ModulePath = $ModulePath
    $script:Minutes = $Minutes
    $script:Time = [Diagnostics.Stopwatch]::StartNew()
    $script:Folder = Join-Path $env:HOME 'run'
    $script:Outside = $outside = [IO.Path]::GetTempPath()
    $env:TMPDIR = Join-Path $env:HOME 'temp'
    $null = New-Item -ItemType Directory -Force -Path $script:Folder, $env:TMPDIR
    $where = if ($FakePath) { @{ Path = $FakePath } } else { @{} }
    $null = Start-FakeNotion -AutoApprove @where

    # SecretManagement keeps an own runspace; the vault is registered once, before any worker runs.
    Import-Module Microsoft.PowerShell.SecretManagement -Global
    Import-Module $ModulePath -Global
    if ($env:NOTIONAUTH_TEST_VAULTS -eq 'StandIn') {
        # Outside of what is searched for secrets: it encrypts nothing.
        $script:PlainVault = Join-Path $outside "notionauth-vault-$PID.xml"
        Register-SecretVault -Name Store -ModuleName NotionAuth.PlainFileVault -VaultParameters @{
            Path = $script:PlainVault
        } -DefaultVault
    }
    else {
        Import-Module Microsoft.PowerShell.SecretStore -Global
        $open = @{ Scope = 'CurrentUser'; Authentication = 'None'; Interaction = 'None' }
        $null = Reset-SecretStore @open -Force -Confirm:$false -WarningAction Ignore
        Register-SecretVault -Name Store -ModuleName Microsoft.PowerShell.SecretStore -DefaultVault
    }

    # Stands in for the browser and the person: follows the sign-in's address, which the simulated Notion approves at
    # once.
    $browser = Join-Path $script:Folder 'browser.sh'
    Set-Content -LiteralPath $browser -Value ("#!/bin/sh`nexec curl --silent --location --max-time 60 --output " +
        "/dev/null `"`$1`" &`n")
    chmod 700 $browser
    $env:BROWSER = $browser
}

function Complete-Scenario {
    <#
    .SYNOPSIS
    Ends what still runs.
    #>
    foreach ($worker in $script:Workers) { if (-not $worker.HasExited) { $worker.Kill($true) } }
    Stop-FakeNotion
    if ($script:HasDisk) { umount --lazy (Get-DiskFolder) }
    if ($script:PlainVault) { Remove-Item -LiteralPath $script:PlainVault -ErrorAction Ignore }
}

function Test-TimeIsUp {
    <#
    .SYNOPSIS
    Whether the time that the run was given has passed: then the scenario ends after the round that it is in, and says
    how many there were.
    #>
    $script:Minutes -gt 0 -and $script:Time.Elapsed.TotalMinutes -gt $script:Minutes
}

function Get-RunFolder { $script:Folder }

function Get-OutsideFolder {
    <#
    .SYNOPSIS
    A folder for temporary files that isn't searched for secrets.
    #>
    $script:Outside
}

function Get-StoreFolder { Join-Path $env:HOME '.secretmanagement/localstore' }

function Wait-For {
    <#
    .SYNOPSIS
    Looks again and again until something is so. The patience is for a machine that is busy with other things: nothing
    is judged by time.
    #>
    param([Parameter(Mandatory)] [scriptblock] $Condition, [Parameter(Mandatory)] [string] $What, [int] $PauseMs = 20)

    $watch = [Diagnostics.Stopwatch]::StartNew()
    while (-not (& $Condition)) {
        if ($watch.Elapsed -gt $script:Patience) {
            throw "It did not happen within $($script:Patience.TotalMinutes) minutes: $What"
        }
        [Threading.Thread]::Sleep($PauseMs)
    }
}

# ------------------------------------------------------------------------------------------------- the simulated Notion

function Get-RefreshCount { (Invoke-FakeNotionControl state).refreshCount }

function Invoke-Expiry {
    <#
    .SYNOPSIS
    Lets access tokens expire: those of a bot, or all.
    #>
    param([string] $BotId)

    $body = @{}
    if ($BotId) { $body.botId = $BotId }
    $null = Invoke-FakeNotionControl expire -Body $body
}

function New-App {
    <#
    .SYNOPSIS
    Registers an integration in a workspace of its own.
    #>
    param([Parameter(Mandatory)] [string] $Name)

    $app = @{
        clientId      = [guid]::NewGuid().ToString()
        clientSecret  = New-SecretText secret_
        name          = "$Name integration"
        workspaceName = $Name
        redirectUris  = @((Get-FakeNotion).RedirectUri)
        autoApprove   = 'allow'
        refreshTokens = $true
    }
    $null = Invoke-FakeNotionControl integrations -Body $app
    [pscustomobject]@{
        Name = $Name; ClientId = $app.clientId; ClientSecret = $app.clientSecret; RedirectUri = $app.redirectUris[0]
        BaseUri = (Get-FakeNotion).BaseUri
    }
}

function New-Token {
    <#
    .SYNOPSIS
    Registers an internal integration in a workspace of its own; returns its token.
    #>
    param([Parameter(Mandatory)] [string] $Name)

    $text = New-SecretText ntn_
    $null = Invoke-FakeNotionControl integrations -Body @{
        kind = 'internal'; token = $text; workspaceName = $Name; name = "$Name integration"
    }
    $text
}

function New-SecretText {
    <#
    .SYNOPSIS
    Makes up a secret of the run.
    #>
    param([Parameter(Mandatory)] [string] $Prefix)

    Add-SecretCount
    "$Prefix$(Get-SecretMark)$([guid]::NewGuid().ToString('N'))"
}

function Add-RedirectUri {
    <#
    .SYNOPSIS
    Registers one more redirect URI, so that two workers that sign in at once don't meet on one port.
    #>
    param([Parameter(Mandatory)] $App)

    $uri = "http://localhost:$(Get-FreePort)/callback"
    $null = Invoke-FakeNotionControl integrations -Body @{ clientId = $App.ClientId; redirectUris = @($uri) }
    $uri
}

function Connect-App {
    <#
    .SYNOPSIS
    Signs in in this process, as a user does.
    #>
    param([Parameter(Mandatory)] $App)

    $secret = ConvertTo-SecureString $App.ClientSecret -AsPlainText -Force
    $client = @{ ClientId = $App.ClientId; ClientSecret = $secret }
    $place = @{ BaseUri = $App.BaseUri; RedirectUri = $App.RedirectUri; TimeoutSec = 120 }
    Connect-NotionWorkspace -Name $App.Name @client @place -ErrorAction Stop 6> $null
}

function Get-Sha256 {
    param([Parameter(Mandatory)] [AllowEmptyString()] [string] $Text)

    [Convert]::ToHexString([Security.Cryptography.SHA256]::HashData([Text.Encoding]::UTF8.GetBytes($Text)))
}

# ----------------------------------------------------------------------------------------------------- the store's file

function Sync-Store {
    <#
    .SYNOPSIS
    Makes this process's picture of the store that of the file; says what is wrong with the file, or nothing.
    #>
    # The plain file vault keeps no picture: it reads its file each time.
    if ($script:PlainVault) { return }
    $assembly = [AppDomain]::CurrentDomain.GetAssemblies().Where(
        { $_.GetName().Name -eq 'Microsoft.PowerShell.SecretStore' }
    )[0]
    $static = [Reflection.BindingFlags]'Static,NonPublic,Public'
    $parameters = [object[]]::new(3)
    # Reflection takes no wrapped objects.
    if ($script:StorePassword) { $parameters[0] = $script:StorePassword.PSObject.BaseObject }
    # SecretStore's own timer would read beside us, and it has one PowerShell object for both: that ends a process.
    foreach ($list in 'ClearDataUpdateEventList', 'ClearConfigUpdateEventList') {
        $null = $assembly.GetType('Microsoft.PowerShell.SecretStore.SecureStoreFile').GetMethod($list,
            $static).Invoke($null, @())
    }
    $read = $assembly.GetType('Microsoft.PowerShell.SecretStore.SecureStoreFile').GetMethod('ReadFile', $static)
    try { if (-not $read.Invoke($null, $parameters)) { return [string]$parameters[2] } }
    catch { return $_.Exception.GetBaseException().Message }

    $type = $assembly.GetType('Microsoft.PowerShell.SecretStore.LocalSecretStore')
    $store = $type.GetField('LocalStore', $static).GetValue($null)
    if ($store) {
        $data = $type.GetField('_secureStore', [Reflection.BindingFlags]'Instance,NonPublic').GetValue($store)
        $null = $data.GetType().GetMethod('UpdateDataFromFile').Invoke($data, @())
    }
}

function Set-StorePassword {
    <#
    .SYNOPSIS
    Gives the store a password, or (with an empty one) takes it away; this process stays unlocked. Asks: whoever is at a
    terminal is asked for it.
    #>
    param([Parameter(Mandatory)] [AllowEmptyString()] [string] $Password, [switch] $Asks)

    $common = @{ Scope = 'CurrentUser'; PasswordTimeout = -1; Confirm = $false }
    if ($Password) {
        $secure = ConvertTo-SecureString $Password -AsPlainText -Force
        $interaction = $Asks ? 'Prompt' : 'None'
        Set-SecretStoreConfiguration @common -Authentication Password -Interaction $interaction -Password $secure
        Unlock-SecretStore -Password $secure -PasswordTimeout -1
        $script:StorePassword = $secure
    }
    else {
        Set-SecretStoreConfiguration @common -Authentication None -Interaction None -Password $script:StorePassword
        $script:StorePassword = $null
    }
}

function Get-DiskFolder { Join-Path $env:HOME '.secretmanagement' }

function Mount-StoreDisk {
    <#
    .SYNOPSIS
    Puts the store on a small disk of its own, which can be filled; says whether it could: only root can, on Linux.
    #>
    if (-not $IsLinux -or (id -u) -ne '0') { return $false }
    $own = Get-DiskFolder
    $copy = Join-Path $script:Folder disk-before
    Copy-Item -LiteralPath $own -Destination $copy -Recurse
    mount -t tmpfs -o size=512k,mode=700 tmpfs $own 2> $null
    $script:HasDisk = $LASTEXITCODE -eq 0
    if ($script:HasDisk) { Copy-Item -Path "$copy/*" -Destination $own -Recurse }
    Remove-Item -LiteralPath $copy -Recurse
    $script:HasDisk
}

function Set-StoreDisk {
    <#
    .SYNOPSIS
    Makes the store's disk read-only (ro) or writable (rw). While a file is open for writing it can't be: then it is
    tried again.
    #>
    param([Parameter(Mandatory)] [ValidateSet('ro', 'rw')] [string] $As)

    Wait-For -PauseMs 1 -What "the store's disk became $As" {
        mount -o "remount,$As" (Get-DiskFolder) 2> $null
        $LASTEXITCODE -eq 0
    }
}

function Add-Filler {
    <#
    .SYNOPSIS
    Fills the store's disk but for so many pages of 4 KB.
    #>
    param([Parameter(Mandatory)] [int] $FreePages)

    $filler = [IO.File]::Create((Join-Path (Get-DiskFolder) filler))
    try {
        $page = [byte[]]::new(4096)
        while ($true) { $filler.Write($page, 0, $page.Length); $filler.Flush() }
    }
    catch [IO.IOException] {
        $filler.SetLength([Math]::Max(0, [Math]::Floor($filler.Length / 4096) - $FreePages) * 4096)
    }
    finally { try { $filler.Dispose() } catch [IO.IOException] { $null = $_ } }
}

function Remove-Filler { [IO.File]::Delete((Join-Path (Get-DiskFolder) filler)) }

function Compare-Store {
    <#
    .SYNOPSIS
    Compares every pair in the store with the newest that Notion issued: says of each connection what is wrong, or
    nothing. A connection that says NeedsReconnect is right to be in no state.
    #>
    param([Parameter(Mandatory)] [string[]] $BotId, [string] $Vault = 'Store')

    $trouble = if ($Vault -eq 'Store') { Sync-Store }
    if ($trouble) { return "The store's file can't be read: $trouble" }
    $tokens = @((Invoke-FakeNotionControl state).tokens)
    foreach ($id in $BotId) {
        $newest = @($tokens | Where-Object botId -EQ $id)[-1]
        try {
            $stored = Get-Secret -Vault $Vault -Name "NotionAuth-$id" -AsPlainText -ErrorAction Stop | ConvertFrom-Json
        }
        catch { "Connection $id is not readable: $($_.Exception.Message)"; continue }
        if ($stored.needs_reconnect) { continue }
        if ($stored.access_token -cne $newest.accessToken -or $stored.refresh_token -cne $newest.refreshToken) {
            "Connection $id holds an older pair than Notion issued."
        }
    }
}

function New-ForeignSecret {
    <#
    .SYNOPSIS
    Puts secrets that aren't ours beside ours; Compare-ForeignSecret says which of them have changed.
    #>
    param([int] $Count = 5)

    $script:Foreign = @{}
    for ($i = 1; $i -le $Count; $i++) {
        $text = "foreign-$i-" + ('x' * 97 * $i)
        $script:Foreign["Foreign$i"] = Get-Sha256 $text
        Set-Secret -Vault Store -Name "Foreign$i" -Secret $text
    }
}

function Compare-ForeignSecret {
    <#
    .SYNOPSIS
    What has become of the secrets that aren't ours: says which have changed.
    #>
    foreach ($name in $script:Foreign.Keys) {
        $text = Get-Secret -Vault Store -Name $name -AsPlainText -ErrorAction Ignore
        if (-not $text -or (Get-Sha256 $text) -ne $script:Foreign[$name]) { "The foreign secret $name has changed." }
    }
}

function Compare-Foreign {
    <#
    .SYNOPSIS
    Compares what another process saw of the secrets that aren't ours (names and SHA-256) with what they were.
    #>
    param([Collections.IDictionary] $Seen)

    foreach ($name in $script:Foreign.Keys) {
        if ("$($Seen[$name])" -ne $script:Foreign[$name]) { "The foreign secret $name has changed." }
    }
}

function Get-Fingerprint {
    <#
    .SYNOPSIS
    What Notion holds of a bot, as one text: it changes when Notion commits something.
    #>
    param([Parameter(Mandatory)] [string] $BotId)

    @(
        (Invoke-FakeNotionControl state).tokens | Where-Object botId -EQ $BotId |
            ForEach-Object { Get-Sha256 "$($_.accessToken) $($_.accessState) $($_.refreshToken) $($_.refreshState)" }
    ) -join ' '
}

# -------------------------------------------------------------------------------------------------------------- workers

function Start-Worker {
    <#
    .SYNOPSIS
    Starts a PowerShell process that runs one of the worker scripts; what it says goes to a file, or, at a terminal of
    its own, to its standard output.
    #>
    param(
        [Parameter(Mandatory)] [string] $Script,
        [Parameter(Mandatory)] [string] $Id,
        [hashtable] $Plan = @{},
        [hashtable] $Environment = @{},
        [string[]] $Prefix = @(),
        [switch] $IsAtTerminal
    )

    $file = Join-Path $script:Folder "plan-$Id.json"
    $Plan.Folder = $script:Folder
    $Plan.Id = $Id
    $Plan.Module = $script:ModulePath
    $Plan | ConvertTo-Json -Depth 5 | Set-Content -LiteralPath $file
    # PowerShell as a .NET tool is a library that dotnet runs. Not pwsh from the PATH: that may start another process,
    # and a kill would miss it.
    $own = @((Get-Process -Id $PID).Path)
    if ([IO.Path]::GetFileNameWithoutExtension($own[0]) -eq 'dotnet') { $own += Join-Path $PSHOME 'pwsh.dll' }
    $own += @('-NoLogo', '-NoProfile') + @(if (-not $IsAtTerminal) { '-NonInteractive' }) +
        @('-File', (Join-Path $PSScriptRoot "Workers/$Script.ps1"), $file)
    if ($IsAtTerminal) {
        $start = [Diagnostics.ProcessStartInfo]::new('script')
        $start.RedirectStandardInput = $start.RedirectStandardOutput = $true
        $start.Environment['TERM'] = 'xterm'
        $command = '-q', '-e', '-f', '-c', "'$($own -join "' '")'", '/dev/null'
    }
    else {
        $start = [Diagnostics.ProcessStartInfo]::new('/bin/sh')
        $command = @('-c', 'log=$1; shift; exec "$@" >"$log" 2>&1 </dev/null', 'worker',
            (Join-Path $script:Folder "output-$Id.txt")) + $Prefix + $own
    }

    foreach ($argument in $command) { $start.ArgumentList.Add($argument) }
    foreach ($name in $Environment.Keys) { $start.Environment[$name] = $Environment[$name] }
    $process = [Diagnostics.Process]::Start($start)
    $script:Workers.Add($process)
    $process
}

function Set-Signal {
    <#
    .SYNOPSIS
    Tells the workers something; they look for the file.
    #>
    param([Parameter(Mandatory)] [string] $Name, [string] $Text = '')

    # Whole or not at all: whoever sees the file reads all of it.
    $temporary = Join-Path $script:Folder ".$Name"
    [IO.File]::WriteAllText($temporary, $Text)
    [IO.File]::Move($temporary, (Join-Path $script:Folder $Name), $true)
}

function Get-Signal {
    <#
    .SYNOPSIS
    The signals of this name (a pattern).
    #>
    param([Parameter(Mandatory)] [string] $Name)

    [IO.Directory]::GetFiles($script:Folder, $Name)
}

function Wait-Signal {
    <#
    .SYNOPSIS
    Waits for so many signals; fails at once where a worker that should give one has died.
    #>
    param([Parameter(Mandatory)] [string] $Name, [int] $Count = 1, [Diagnostics.Process[]] $Process = @())

    Wait-For -What "$Count times $Name" {
        $dead = @($Process | Where-Object { $_.HasExited -and $_.ExitCode -ne 0 })
        if ($dead) { throw "A worker ended (exit code $($dead[0].ExitCode)) before $Name." }
        @(Get-Signal $Name).Count -ge $Count
    }
}

function Wait-Round {
    <#
    .SYNOPSIS
    Waits until so many callers are ready for a round; false, and no further round for anybody, where the time that the
    run was given is up.
    #>
    param([Parameter(Mandatory)] [int] $Round, [Parameter(Mandatory)] [int] $Count, [Diagnostics.Process[]] $Process)

    if (Test-TimeIsUp) {
        Set-Signal stop
        return $false
    }

    Wait-Signal "ready.$Round.*" $Count -Process $Process
    $true
}

function Complete-Round {
    <#
    .SYNOPSIS
    Lets the callers of a round go on, and waits until all have done it.
    #>
    param([Parameter(Mandatory)] [int] $Round, [Parameter(Mandatory)] [int] $Count, [Diagnostics.Process[]] $Process)

    Set-Signal "go.$Round"
    Wait-Signal "done.$Round.*" $Count -Process $Process
}

function Invoke-Round {
    <#
    .SYNOPSIS
    The token expires, the callers go on, and all have done it: returns how many refreshes that took.
    #>
    param(
        [Parameter(Mandatory)] [int] $Round,
        [Parameter(Mandatory)] [int] $Count,
        [Diagnostics.Process[]] $Process,
        [string] $BotId
    )

    $before = Get-RefreshCount
    Invoke-Expiry -BotId $BotId
    Complete-Round $Round $Count $Process
    (Get-RefreshCount) - $before
}

function Get-Outcome {
    <#
    .SYNOPSIS
    What all workers have to say at their end: their results, their failures, and those as problems.
    #>
    param([Parameter(Mandatory)] [Diagnostics.Process[]] $Process)

    Wait-Signal 'result-*.json' $Process.Count -Process $Process
    $results = @(Get-WorkerResult)
    $failures = @($results | ForEach-Object { $_.Failures })
    [pscustomobject]@{
        Results  = $results
        Calls    = ($results | ForEach-Object { if ($_.PSObject.Properties['Calls']) { $_.Calls } } |
            Measure-Object -Sum).Sum
        Failures = $failures
        Problems = @($failures | Group-Object | ForEach-Object { "$($_.Count) × $($_.Name)" })
    }
}

function Start-Session {
    <#
    .SYNOPSIS
    Starts a process that does one command after the other, as it is told; HasBeside gives it a runspace that takes the
    vault out of its registry and back.
    #>
    param(
        [Parameter(Mandatory)] [string] $Id,
        [hashtable] $Environment = @{},
        [string[]] $Prefix = @(),
        [switch] $HasBeside
    )

    @{
        Id = $Id; Step = 0
        Process = Start-Worker -Script Session -Id $Id -Environment $Environment -Prefix $Prefix -Plan @{
            HasBeside = [bool]$HasBeside
        }
    }
}

function Send-Step {
    <#
    .SYNOPSIS
    Tells a session what to do next; Get-Answer waits for what came of it.
    #>
    param([Parameter(Mandatory)] [hashtable] $Session, [Parameter(Mandatory)] [string] $What)

    Set-Signal "step.$($Session.Id).$($Session.Step)" $What
}

function Get-Answer {
    <#
    .SYNOPSIS
    What came of a session's last step: ErrorId and Message (empty where it succeeded), Warnings, Output, Seconds.
    #>
    param([Parameter(Mandatory)] [hashtable] $Session)

    $name = "answer.$($Session.Id).$($Session.Step)"
    Wait-Signal $name -Process $Session.Process
    $Session.Step++
    [IO.File]::ReadAllText((Join-Path $script:Folder $name)) | ConvertFrom-Json
}

function Invoke-Step {
    <#
    .SYNOPSIS
    Tells a session what to do, and waits for what comes of it.
    #>
    param([Parameter(Mandatory)] [hashtable] $Session, [Parameter(Mandatory)] [string] $What)

    Send-Step $Session $What
    Get-Answer $Session
}

function Stop-Session {
    <#
    .SYNOPSIS
    Ends a session.
    #>
    param([Parameter(Mandatory)] [hashtable] $Session)

    Send-Step $Session end
    Wait-For -What "the process $($Session.Id) ended" { $Session.Process.HasExited }
}

function Get-WorkerResult {
    <#
    .SYNOPSIS
    What the workers wrote as their results, all in one list.
    #>
    param([string] $Name = 'result-*.json')

    foreach ($file in Get-Signal $Name | Sort-Object) { [IO.File]::ReadAllText($file) | ConvertFrom-Json }
}

# ---------------------------------------------------------------------------------------------------------------- leaks

function Search-Leak {
    <#
    .SYNOPSIS
    Searches everything that the run wrote for every secret value of the run: tokens, client secrets, codes. The vault's
    own encrypted files are searched as well: a secret there in clear would be found.
    #>
    $found = @(Search-Secret -Path $env:HOME)
    [pscustomobject]@{
        Secrets = Get-SecretCount; Files = $found[-1].Files; Found = $found.Count - 1
        Where = @($found[0..($found.Count - 2)] | Where-Object Kind |
            ForEach-Object { "$($_.Kind) in $([IO.Path]::GetRelativePath($env:HOME, $_.File))" })
    }
}

Export-ModuleMember -Function *-*
