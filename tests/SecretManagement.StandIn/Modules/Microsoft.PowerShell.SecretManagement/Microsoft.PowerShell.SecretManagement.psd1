@{
    RootModule        = 'Microsoft.PowerShell.SecretManagement.dll'
    ModuleVersion     = '1.1.99'
    GUID              = '9f5b6e0c-7c38-4b83-93d5-9a4b6f7d1e21'
    Author            = 'The NotionAuth contributors'
    Copyright         = 'Copyright (c) 2026 The NotionAuth contributors'
    Description       =
        'NotionAuth''s stand-in for Microsoft.PowerShell.SecretManagement, for its tests and its demo only. It ' +
        'is NOT the module of that name: install that one from the PowerShell Gallery.'
    PowerShellVersion = '7.4'
    FormatsToProcess  = @('Microsoft.PowerShell.SecretManagement.format.ps1xml')
    CmdletsToExport   = @(
        'Register-SecretVault', 'Unregister-SecretVault', 'Get-SecretVault', 'Set-SecretVaultDefault',
        'Test-SecretVault', 'Unlock-SecretVault'
        'Set-Secret', 'Set-SecretInfo', 'Get-Secret', 'Get-SecretInfo', 'Remove-Secret'
    )
    FunctionsToExport = @()
    VariablesToExport = @()
    AliasesToExport   = @()
    PrivateData       = @{ IsNotionAuthStandIn = $true }
}
