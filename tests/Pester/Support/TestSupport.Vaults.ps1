# Part of NotionAuth.TestSupport.psm1: vaults, and what is in them.

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
            # It encrypts nothing: its folder is left out of the search for secrets.
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

function Invoke-RefusedRefresh {
    <#
    .SYNOPSIS
    A request whose token is refreshed while the vault, which a moment before could be written to, refuses the new pair.
    Gives the bot's id and the warning. The vault stays read-only.
    #>
    param([Parameter(Mandatory)] $Connection, [Parameter(Mandatory)] $Vault)

    Invoke-FakeExpiry $Connection.BotId
    Clear-FakeRequest
    Add-FakeFault @{ kind = 'delay'; delayMs = 1000; path = '/v1/oauth/token' }
    $shell = New-RunspaceShell @{ name = $Connection.Name }
    try {
        # Between the proof that the vault can be written and the write.
        $run = $shell.AddScript('(Invoke-NotionRequest users/me -Connection $name).id').BeginInvoke()
        Wait-Until { @(Get-FakeRequest '/v1/oauth/token').Count -or $run.IsCompleted } 'the refresh is on its way'
        Set-VaultTrouble $Vault read-only
        [pscustomobject]@{ Id = "$($shell.EndInvoke($run))"; Warning = "$($shell.Streams.Warning)" }
    }
    finally {
        $shell.Runspace.Dispose()
        $shell.Dispose()
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
    same HOME. Secret is $secret there, as a SecureString: in the script it would be in the process's arguments.
    #>
    param(
        [Parameter(Mandatory)] [string] $Script,
        [string] $HomeFolder = $env:HOME,
        [string] $Secret,
        [switch] $NoImport
    )

    $import = if ($NoImport) { '' } else { "Import-Module '$(Get-NotionAuthPath)';" }
    if ($Secret) {
        $import += "`$secret = [Net.NetworkCredential]::new('', `$env:NOTIONAUTH_TEST_SECRET).SecurePassword; " +
            'Remove-Item Env:NOTIONAUTH_TEST_SECRET;'
    }
    $before = $env:HOME
    try {
        $env:HOME = $env:NOTIONAUTH_TEST_HOME = $HomeFolder
        $env:NOTIONAUTH_TEST_SECRET = $Secret
        pwsh -NoProfile -NonInteractive -Command "`$PSStyle.OutputRendering = 'PlainText'; $import $Script"
    }
    finally {
        $env:HOME = $env:NOTIONAUTH_TEST_HOME = $before
        $env:NOTIONAUTH_TEST_SECRET = $null
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
